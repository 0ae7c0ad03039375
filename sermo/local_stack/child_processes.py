"""The child processes of `make run`: started, read, restarted, ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from logging import LogRecord, makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, cast

from sermo.local_stack.paths import LocalPaths, is_process

LOG_BYTES, LOG_FILES = 1_000_000, 2
STEADY_SECONDS = 60
LONGEST_PAUSE = 30.0
_printing = threading.Lock()


def print_line(line: str, *, who: str = "start") -> None:
    """One line on the terminal, prefixed; whole lines even when many speak."""
    with _printing:
        print(f"{who:<7}| {line}", flush=True)


@dataclass
class ChildProcess:
    """One process that should run. Restarted with growing pauses when it ends by itself."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    # What ends it now, without waiting for the work in hand.
    hurry: signal.Signals = signal.SIGKILL
    process: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None
    started_at: float = 0.0
    starts: int = 0
    pause: float = 1.0
    due_at: float = 0.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=20))

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C on the terminal reaches only the supervisor."""
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        self.starts += 1
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        keep = RotatingFileHandler(
            self.log, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
        assert process.stdout is not None  # noqa: S101  # for the type checker: it is a pipe
        with process.stdout as lines:
            for line in lines:
                text = line.rstrip()
                if text:
                    self.last_lines.append(text)
                    print_line(text, who=self.name)
                    keep.emit(_record(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}"))
        keep.close()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def restart_if_dead(self) -> None:
        """Start it again when it has ended by itself and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            code = self.process.returncode
            self._signal_group(signal.SIGKILL)
            self.process = None
            self.pause = 1.0 if now - self.started_at > STEADY_SECONDS else self.pause * 2
            self.pause = min(self.pause, LONGEST_PAUSE)
            self.due_at = now + self.pause
            print_line(f"{self.name} ended with {code}; it starts again in {self.pause:.0f} s")
        if self.process is None and now >= self.due_at:
            self.start()

    def terminate(self) -> None:
        """Celery finishes its tasks, gunicorn its requests."""
        if self.process is not None and self.is_alive():
            self.process.send_signal(signal.SIGTERM)

    def signal_group(self, how: signal.Signals) -> None:
        if self.process is not None and self.is_alive():
            self.process.send_signal(how)

    def clear_up(self) -> None:
        """Whatever it left behind in its group goes too."""
        if self.process is not None:
            self._signal_group(signal.SIGKILL)
            self.process.wait()
        if self.reader is not None:
            self.reader.join(5)

    def _signal_group(self, how: signal.Signals) -> None:
        if self.process is not None:
            _signal_group(self.process.pid, how)


def _record(line: str) -> LogRecord:
    return makeLogRecord({"msg": "%s", "args": (line,)})


def _signal_group(pid: int, how: signal.Signals) -> None:
    try:
        os.killpg(pid, how)
    except (ProcessLookupError, PermissionError):
        return


def remember(paths: LocalPaths, *processes: subprocess.Popen[Any] | None) -> None:
    """Write down who runs, so that the next start can end them if this supervisor is killed."""
    running = [[p.pid, " ".join(cast("list[str]", p.args))] for p in processes if p is not None]
    file = paths.local / "children.json"
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(running))
    fresh.rename(file)


def end_orphans(paths: LocalPaths) -> int:
    """End what a killed supervisor left running; how many there were."""
    file = paths.local / "children.json"
    try:
        noted = json.loads(file.read_text())
    except (OSError, ValueError):
        noted = []
    orphans = [int(pid) for pid, command in noted if is_process(int(pid), str(command))]
    for how, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        alive = [pid for pid in orphans if is_process(pid)]
        for pid in alive:
            if how is signal.SIGTERM:
                os.kill(pid, how)
            else:
                _signal_group(pid, how)
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(is_process(pid) for pid in orphans):
            time.sleep(0.1)
    file.unlink(missing_ok=True)
    return len(orphans)


def end_all(children: list[ChildProcess], *, grace: float, hurried: threading.Event) -> None:
    """Ask all to end; after `grace` seconds, or a second Ctrl-C, end what is left."""
    for child in children:
        child.terminate()
    for patience, how in ((grace, None), (3.0, "hurry"), (2.0, "kill")):
        for child in children:
            if how:
                child.signal_group(child.hurry if how == "hurry" else signal.SIGKILL)
        until = time.monotonic() + patience
        while any(child.is_alive() for child in children) and time.monotonic() < until:
            if how is None and hurried.is_set():
                break
            time.sleep(0.05)
    for child in children:
        child.clear_up()
