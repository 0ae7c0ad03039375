"""The child processes of `make run`: starts them, copies their output, restarts and ends them."""

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
STABLE_SECONDS = 60
"""After so many seconds without an exit, the pause before a restart is short again."""
MAX_PAUSE_SECONDS = 30.0
_printing = threading.Lock()


def print_line(line: str, *, source: str = "start") -> None:
    """Print one line with the name of its source. Lines of several threads do not mix."""
    with _printing:
        print(f"{source:<7}| {line}", flush=True)


@dataclass
class ChildProcess:
    """A process that should keep running. It is restarted, after a growing pause, if it ends."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    # Ends it now, without waiting for its current work.
    fast_stop_signal: signal.Signals = signal.SIGKILL
    process: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None
    started_at: float = 0.0
    starts: int = 0
    pause: float = 1.0
    due_at: float = 0.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=20))

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor."""
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
        log = RotatingFileHandler(
            self.log, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
        assert process.stdout is not None  # noqa: S101  # for the type checker: it is a pipe
        with process.stdout as lines:
            for line in lines:
                text = line.rstrip()
                if text:
                    self.last_lines.append(text)
                    print_line(text, source=self.name)
                    log.emit(_record(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}"))
        log.close()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def restart_if_dead(self) -> None:
        """Start it again if it has ended and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            code = self.process.returncode
            self._signal_group(signal.SIGKILL)
            self.process = None
            self.pause = 1.0 if now - self.started_at > STABLE_SECONDS else self.pause * 2
            self.pause = min(self.pause, MAX_PAUSE_SECONDS)
            self.due_at = now + self.pause
            print_line(f"{self.name} ended with {code}; it starts again in {self.pause:.0f} s")
        if self.process is None and now >= self.due_at:
            self.start()

    def terminate(self) -> None:
        """Send TERM: Celery finishes its tasks, gunicorn its requests."""
        if self.process is not None and self.is_alive():
            self.process.send_signal(signal.SIGTERM)

    def send_signal(self, how: signal.Signals) -> None:
        """Send the signal to the process if it is alive."""
        if self.process is not None and self.is_alive():
            self.process.send_signal(how)

    def clear_up(self) -> None:
        """Kill what is left of its process group, and wait for its output to be read."""
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


def record_children(paths: LocalPaths, *processes: subprocess.Popen[Any] | None) -> None:
    """Write the processes to a file, so that the next start can end them after a crash."""
    running = [[p.pid, " ".join(cast("list[str]", p.args))] for p in processes if p is not None]
    file = paths.local / "children.json"
    new_file = file.with_suffix(".new")
    new_file.write_text(json.dumps(running))
    new_file.rename(file)


def end_orphans(paths: LocalPaths) -> int:
    """End the processes that a killed supervisor left running; returns how many there were."""
    file = paths.local / "children.json"
    try:
        recorded = json.loads(file.read_text())
    except (OSError, ValueError):
        recorded = []
    orphans = [int(pid) for pid, command in recorded if is_process(int(pid), str(command))]
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


def end_all(children: list[ChildProcess], *, grace: float, stop_now: threading.Event) -> None:
    """Ask all to end; after `grace` seconds, or when `stop_now` is set, end those still running."""
    for child in children:
        child.terminate()
    for seconds, how in ((grace, None), (3.0, "fast"), (2.0, "kill")):
        for child in children:
            if how:
                child.send_signal(child.fast_stop_signal if how == "fast" else signal.SIGKILL)
        until = time.monotonic() + seconds
        while any(child.is_alive() for child in children) and time.monotonic() < until:
            if how is None and stop_now.is_set():
                break
            time.sleep(0.05)
    for child in children:
        child.clear_up()
