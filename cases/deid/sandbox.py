"""Starts the processes that touch files, and survives whatever happens to them.

A file from outside is decoded in a process of its own that ends with it, so a decoder that one
file took over meets no other file. The plain PNG files that result are searched, redacted and
scaled in a warm process that keeps its models loaded. Both have limits of memory, time, open files
and file size, an empty environment, and no network where the kernel allows that.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cases.deid import errors, limits
from cases.deid.errors import (
    DeidentificationFailed,
    DeidentificationTimeout,
    FileRefused,
)

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    # Blocks of pixels go back to the system when freed; glibc would keep them otherwise.
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    # Two copies of the library would reserve 180 MB for threads that are never used.
    "OPENBLAS_NUM_THREADS": "1",
}
# The warm process allocates and frees the same large blocks all day: with huge pages that takes a
# sixth less time. A process for one file would only come closer to its limit.
_WARM_ENVIRONMENT = _ENVIRONMENT | {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class _ProcessDied(DeidentificationFailed):
    pass


class SandboxProcess:
    """One limited process. Not safe for two threads at once."""

    def __init__(self, environment: Mapping[str, str] = _ENVIRONMENT) -> None:
        self.jobs = 0
        self._process = subprocess.Popen(
            [sys.executable, "-E", "-s", "-B", "-m", "cases.deid.sandbox_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, job: dict[str, Any], seconds: float) -> Any:
        """Send a job and wait up to `seconds` for its result.

        Raises FileRefused if the file is at fault, DeidentificationTimeout after `seconds`, and
        DeidentificationFailed if the job failed or the process died. After a time-out or a death
        the process cannot be used again.
        """
        self.jobs += 1
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise DeidentificationFailed("a child process without pipes")
        try:
            stdin.write(json.dumps(job).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            self.close()
            raise _ProcessDied("a child process died between jobs") from None
        reply = self._read_line(stdout.fileno(), seconds)
        if "refused" in reply:
            raise FileRefused(*reply["refused"])
        if "fault" in reply:
            raise DeidentificationFailed(reply["fault"])
        return reply["done"]

    def _read_line(self, pipe: int, seconds: float) -> Any:
        until = time.monotonic() + seconds
        received = bytearray()
        while not received.endswith(b"\n"):
            left = until - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                self.close()
                raise DeidentificationTimeout("a child process took too long")
            piece = os.read(pipe, 65536)
            if not piece:
                self.close()
                raise _ProcessDied("a child process died in the middle of a job")
            received += piece
        return json.loads(received)

    def close(self) -> None:
        """End the process now. Harmless if it has ended."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # Closing may flush into the dead process.
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None


_warm: SandboxProcess | None = None
_warm_owner = 0
_lock = threading.Lock()


def run_in_new_process(job: dict[str, Any], seconds: float) -> Any:
    """Do one job in a process that ends with it. For files from outside.

    Raises FileRefused, also if the process died or took too long: the file met a limit or broke a
    decoder. Raises DeidentificationFailed for any other fault.
    """
    child = SandboxProcess()
    try:
        return child.ask(job, seconds)
    except DeidentificationTimeout:
        raise FileRefused(*errors.TOO_SLOW) from None
    except _ProcessDied:
        raise FileRefused(*errors.DAMAGED) from None
    finally:
        child.close()


def run_in_warm_process(job: dict[str, Any], seconds: float) -> Any:
    """Do one job in the warm process. For our own PNG files. One job at a time (lock).

    The process is started or replaced as needed. One that died, failed or ran short of memory is
    not used again; if it had done other jobs, this one is tried once more in another process.
    Raises FileRefused if the job is refused, DeidentificationTimeout after `seconds`, and
    DeidentificationFailed for any other fault.
    """
    with _lock:
        child = _warm_child()
        was_used = child.jobs > 0
        try:
            return child.ask(job, seconds)
        except DeidentificationTimeout:
            raise
        except FileRefused as refusal:
            if refusal.code != errors.TOO_MUCH_MEMORY[0]:
                raise
            child.close()
            if not was_used:
                raise
        except DeidentificationFailed as fault:
            child.close()
            if not was_used and not isinstance(fault, _ProcessDied):
                raise
        return _warm_child().ask(job, seconds)


def _warm_child() -> SandboxProcess:
    global _warm, _warm_owner
    if _warm_owner != os.getpid():
        _warm = None  # after a fork the child belongs to the process that started it
    if _warm is not None and (_warm.ended or _warm.jobs >= limits.JOBS_BEFORE_RENEWAL):
        _warm.close()
        _warm = None
    if _warm is None:
        _warm, _warm_owner = SandboxProcess(_WARM_ENVIRONMENT), os.getpid()
    return _warm


def warm_process_id() -> int | None:
    """Process id of the warm process, if this process has started one."""
    return _warm.pid if _warm is not None and _warm_owner == os.getpid() else None


def close_warm_process() -> None:
    """End the warm process. It also ends by itself when this process does."""
    global _warm
    with _lock:
        if _warm is not None and _warm_owner == os.getpid():
            _warm.close()
        _warm = None


atexit.register(close_warm_process)
