"""The one-command start: PostgreSQL and Redis from wheels, demo keys, one supervisor.

Nothing here imports Django: it fills the environment that settings read.
"""

from __future__ import annotations

import os
from pathlib import Path

from sermo.local_stack import demo_keys, postgres, redis_server
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, default_local, locked

__all__ = [
    "ADDRESSES",
    "LocalStackError",
    "complete_environment",
    "default_local",
    "ensure_servers",
    "stop",
]

ADDRESSES = ("DATABASE_URL", "IDENTITY_DATABASE_URL", "REDIS_URL")


def ensure_servers(local: Path, *, durable: bool = True) -> dict[str, str]:
    """Start what is not configured and does not run; return the variables that are not set yet.

    `durable=False` is for tests: no waiting for the disk, and the roles may make databases.
    Raises `LocalStackError` with a sentence and a way out.
    """
    paths = LocalPaths(local.absolute())
    paths.make()
    with locked(paths):
        found = _servers(paths, durable=durable) | _demo(paths) | demo_keys.common(paths)
    return {name: value for name, value in found.items() if not os.environ.get(name)}


def complete_environment(local: Path) -> None:
    """Complete `os.environ`, unless every address is configured and this is no demo."""
    configured = all(os.environ.get(name) for name in ADDRESSES)
    if not configured or os.environ.get("SERMO_ENV") == "demo":
        os.environ.update(ensure_servers(local))
        os.environ.update(
            demo_keys.private(LocalPaths(local.absolute()), os.environ.get("SERMO_PROCESS", ""))
        )


def stop(local: Path) -> list[str]:
    """Stop the servers of this directory; the names of those that ran."""
    paths = LocalPaths(local.absolute())
    if not paths.local.is_dir():
        return []
    with locked(paths):
        ran = {"PostgreSQL": postgres.stop(paths), "Redis": redis_server.stop(paths)}
    return [name for name, was_running in ran.items() if was_running]


def _servers(paths: LocalPaths, *, durable: bool) -> dict[str, str]:
    addresses = {}
    if not (os.environ.get("DATABASE_URL") and os.environ.get("IDENTITY_DATABASE_URL")):
        if not postgres.is_up(paths):
            postgres.start(paths, durable=durable)
        community, identity = postgres.DATABASES
        addresses["DATABASE_URL"] = postgres.address(paths, community)
        addresses["IDENTITY_DATABASE_URL"] = postgres.address(paths, identity)
    if not os.environ.get("REDIS_URL"):
        if not redis_server.is_up(paths):
            redis_server.start(paths, durable=durable)
        addresses["REDIS_URL"] = redis_server.address(paths)
    return addresses


def _demo(paths: LocalPaths) -> dict[str, str]:
    """Settings of a demonstration on one machine (.env.example explains each)."""
    return {
        "SERMO_ENV": "demo",
        "SERMO_BASE_URL": "http://localhost:8000",
        "SERMO_STAFF_SECOND_FACTOR": "false",
        "SERMO_K_ANONYMITY": "5",
        "SERMO_INSTITUTIONAL_DOMAINS": "univhospital.example",
        "SERMO_ANONYMOUS_DELAY_MINUTES": "0-0",
        "SERMO_DEMO_MAILBOX": "true",
        "SERMO_MAIL_URL": f"file:{paths.local / 'mail'}",
        "SERMO_STORAGE": f"file:{paths.local / 'files'}",
        "SERMO_STATIC_ROOT": str(paths.local / "static"),
    }
