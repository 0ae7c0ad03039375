"""What is done to the site. Each fault begins, lasts for some seconds, and ends by itself."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sermo.core.heartbeat import PROCESSES
from tools.chaos.people import Weather
from tools.chaos.site import Site

Undo = Callable[[], None]
RECOVERY_SECONDS = 90


@dataclass(frozen=True)
class Fault:
    """`begin` does it and returns how it ends; `is_well` tells whether what it struck is back.

    `is_well` gets the seconds since the end. `lasts` is the least and the most, in seconds.
    """

    name: str
    begin: Callable[[Site], Undo]
    is_well: Callable[[Site, float], bool]
    lasts: tuple[float, float] = (0.0, 0.0)
    loses_sessions: bool = False


@dataclass
class Occurrence:
    """One time that a fault happened. Seconds of the monotonic clock; recovery in seconds."""

    name: str
    begun: float
    ended: float = 0.0
    recovery: float = float("inf")


def nothing() -> None:
    return


def _signal(pid: int | None, how: signal.Signals, *, group: bool) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(pid, how)


def kill_child(name: str, site: Site) -> Undo:
    _signal(site.child(name), signal.SIGKILL, group=True)
    return nothing


def pause_child(name: str, site: Site) -> Undo:
    pid = site.child(name)
    _signal(pid, signal.SIGSTOP, group=True)
    return partial(_signal, pid, signal.SIGCONT, group=True)


def restart_child(name: str, site: Site) -> Undo:
    _signal(site.child(name), signal.SIGTERM, group=False)
    return nothing


def kill_server(name: str, site: Site) -> Undo:
    _signal(site.server(name), signal.SIGKILL, group=False)
    return nothing


def pause_server(name: str, site: Site) -> Undo:
    pid = site.server(name)
    _signal(pid, signal.SIGSTOP, group=False)
    return partial(_signal, pid, signal.SIGCONT, group=False)


def flush_broker(site: Site) -> Undo:
    site.redis("broker").flushall()
    return nothing


def fill_disk(name: str, site: Site) -> Undo:
    """Write a file until nothing more fits."""
    filler = site.paths.local / name / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 65_536):
            pass
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 512):
            pass
    return partial(filler.unlink, missing_ok=True)


def skew_clock(name: str, seconds: int, site: Site) -> Undo:
    """Restart the process with a clock that is wrong, and later with the right one."""
    site.clock.write_text(json.dumps({name: seconds}))
    kill_child(name, site)

    def undo() -> None:
        site.clock.unlink(missing_ok=True)
        kill_child(name, site)

    return undo


def _is_heard(process: str, site: Site, since: float) -> bool:
    return site.silent_seconds(process) < since


def _answers(component: str, site: Site, _since: float) -> bool:
    return site.readiness()[1].get(component) == "ok"


def _is_ready(site: Site, _since: float) -> bool:
    return site.readiness()[0] == 200


_COMPONENTS = {"postgres": "community", "broker": "redis", "cache": "cache"}
_TITLES = {"postgres": "PostgreSQL", "broker": "Redis (queues)", "cache": "Redis (sessions)"}


def faults(site: Site) -> list[Fault]:
    """Every fault that can happen to this site."""
    made = []
    for name in PROCESSES:
        heard = partial(_is_heard, name)
        made.append(Fault(f"kill {name}", partial(kill_child, name), heard))
        made.append(Fault(f"stop {name} for a while", partial(pause_child, name), heard, (3, 6)))
        made.append(Fault(f"restart {name}", partial(restart_child, name), heard))
    for name, title in _TITLES.items():
        well = partial(_answers, _COMPONENTS[name])
        kill, pause = partial(kill_server, name), partial(pause_server, name)
        made.append(Fault(f"kill {title}", kill, well, loses_sessions=name == "cache"))
        made.append(Fault(f"stop {title} for a while", pause, well, (3, 6)))
    made.append(Fault("flush the queues", flush_broker, partial(_answers, "redis")))
    made += [
        Fault(
            f"fill the disk of {disk.name}",
            partial(fill_disk, disk.name),
            _is_ready,
            (5, 8),
        )
        for disk in site.disks
    ]
    for name, seconds in (("worker", 90), ("mailer", -90), ("web", 60), ("beat", -90)):
        skew = partial(skew_clock, name, seconds)
        title = f"clock of {name} {seconds:+d} s"
        made.append(Fault(title, skew, partial(_is_heard, name), (8, 12)))
    return made


@dataclass
class Storm:
    """Lets faults happen in random order, each once before any again. They may overlap."""

    site: Site
    weather: Weather
    chance: random.Random
    occurrences: list[Occurrence] = field(default_factory=list)
    _watchers: list[threading.Thread] = field(default_factory=list)

    def blow(self, until: float, only: tuple[str, ...] = ()) -> None:
        """Until the monotonic time `until`. Every fault has ended when this returns."""
        waiting: list[Fault] = []
        while time.monotonic() < until:
            if not waiting:
                waiting = [f for f in faults(self.site) if not only or f.name in only]
                self.chance.shuffle(waiting)
            self._happen(waiting.pop())
            time.sleep(self.chance.uniform(1, 4))
        for watcher in self._watchers:
            watcher.join()

    def _happen(self, fault: Fault) -> None:
        occurrence = Occurrence(fault.name, time.monotonic())
        self.occurrences.append(occurrence)
        if fault.loses_sessions:
            self.weather.losses_of_sessions += 1
        undo = fault.begin(self.site)
        time.sleep(self.chance.uniform(*fault.lasts))
        undo()
        occurrence.ended = time.monotonic()
        watcher = threading.Thread(target=self._watch, args=(fault, occurrence), daemon=True)
        watcher.start()
        self._watchers.append(watcher)

    def _watch(self, fault: Fault, occurrence: Occurrence) -> None:
        while time.monotonic() - occurrence.ended < RECOVERY_SECONDS:
            time.sleep(0.2)
            if fault.is_well(self.site, time.monotonic() - occurrence.ended):
                occurrence.recovery = time.monotonic() - occurrence.ended
                break
        if fault.loses_sessions:
            self.weather.sessions_lost_at = time.monotonic()
            self.weather.losses_of_sessions -= 1


def filler_files(site: Site) -> list[Path]:
    """Fillers that were left, if a fault was interrupted."""
    return [disk / "filler" for disk in site.disks if (disk / "filler").exists()]
