"""`make stop`: ends the site, and the embedded servers of the site and of the tests."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time

from sermo.local_stack import LocalStackError, default_local, stop
from sermo.local_stack.child_processes import end_orphans
from sermo.local_stack.paths import LocalPaths, read_pid

MAX_WAIT_SECONDS = 60


def main() -> None:
    """Stop what is running and print what was stopped. Exits with a message if it does not end."""
    local = default_local()
    try:
        stopped = _supervisor(LocalPaths(local))
        stopped += [*stop(local), *(f"{name} of the tests" for name in stop(local / "test"))]
    except LocalStackError as error:
        sys.exit(str(error))
    print("stopped: " + ", ".join(stopped) if stopped else "nothing was running")


def _supervisor(paths: LocalPaths) -> list[str]:
    """End a running `make run` and wait for it; end the processes that a killed one left.

    Raises `LocalStackError` if it has not ended after 60 seconds.
    """
    pid = read_pid(paths.local / "supervisor")
    if pid is not None and _is_held(paths):
        os.kill(pid, signal.SIGTERM)
        for _ in range(MAX_WAIT_SECONDS * 10):
            if not _is_held(paths):
                return ["the site"]
            time.sleep(0.1)
        raise LocalStackError(f"Process {pid} does not end; `kill -9 {pid}` and `make stop` again.")
    return ["processes that an earlier run left behind"] if end_orphans(paths) else []


def _is_held(paths: LocalPaths) -> bool:
    with (paths.local / "supervisor").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


if __name__ == "__main__":
    main()
