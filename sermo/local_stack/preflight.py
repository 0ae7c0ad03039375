"""Checks before `make run` starts anything: Python, disk space, port."""

from __future__ import annotations

import os
import shutil
import socket
import sys

from sermo.local_stack.child_processes import end_orphans, print_line
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths

MIN_FREE_DISK_BYTES = 500 * 1024 * 1024


def requested_port() -> int:
    """The number in `PORT`, or 8000. Raises `LocalStackError` if it is not a port number."""
    given = os.environ.get("PORT") or "8000"
    if not (given.isdigit() and 1 <= int(given) <= 65535):
        raise LocalStackError("PORT must be a number from 1 to 65535, as in `make run PORT=8123`.")
    return int(given)


def check_preconditions(paths: LocalPaths, port: int) -> None:
    """Raises `LocalStackError` for what would fail later: Python, disk space, port."""
    count = end_orphans(paths)
    if count:
        print_line(f"ended {count} processes that an earlier run left behind")
    if sys.version_info < (3, 11):  # noqa: UP036  # `python -m` may be any Python
        raise LocalStackError("Python 3.11 or later is needed: `make run PYTHON=python3.12`.")
    if shutil.disk_usage(paths.local).free < MIN_FREE_DISK_BYTES:
        raise LocalStackError(
            f"Less than 500 MB are free at {paths.local}; choose SERMO_LOCAL=DIR."
        )
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise LocalStackError(
                f"Port {port} needs root here: use a higher one, `make run PORT=8123`."
            ) from None
        except OSError:
            raise LocalStackError(
                f"Port {port} is in use by another program: use another, "
                f"`make run PORT={port + 1 if port < 65535 else 8123}`."
            ) from None


def has_ipv6(port: int) -> bool:
    """Whether ::1 can be bound; browsers may resolve `localhost` to it."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("::1", port))
    except OSError:
        return False
    return True
