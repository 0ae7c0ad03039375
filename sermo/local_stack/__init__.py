"""The one-command start: PostgreSQL and Valkey from wheels, demo keys, and a supervisor.

This package imports no Django (except `prepare`): it sets the environment that settings read.
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
    "redis_servers",
    "stop",
]

ADDRESSES = ("DATABASE_URL", "IDENTITY_DATABASE_URL", "REDIS_URL", "CACHE_URL")


def ensure_servers(local: Path, *, durable: bool = True) -> dict[str, str]:
    """Start the servers that are neither configured nor running.

    Returns the environment variables that are not set yet: addresses, demo settings, common keys.
    `durable=False` is for tests: writes do not wait for the disk, and the roles may create
    databases. Takes the lock of the directory. Raises `LocalStackError` if a server cannot start.
    """
    paths = LocalPaths(local.absolute())
    paths.make()
    with locked(paths):
        variables = _servers(paths, durable=durable) | _demo(paths) | demo_keys.common(paths)
    return {name: value for name, value in variables.items() if not os.environ.get(name)}


def complete_environment(local: Path) -> None:
    """Complete `os.environ`, unless every address is configured and this is not a demonstration.

    Raises `LocalStackError` if a server cannot start.
    """
    configured = all(os.environ.get(name) for name in ADDRESSES)
    if not configured or os.environ.get("SERMO_ENV") == "demo":
        os.environ.update(ensure_servers(local))
        os.environ.update(
            demo_keys.private(LocalPaths(local.absolute()), os.environ.get("SERMO_PROCESS", ""))
        )


def stop(local: Path) -> list[str]:
    """Stop the servers of this directory; returns the names of those that were running."""
    paths = LocalPaths(local.absolute())
    if not paths.local.is_dir():
        return []
    with locked(paths):
        stopped = {"PostgreSQL": postgres.stop(paths)} | {
            server.title: redis_server.stop(server) for server in redis_servers(paths).values()
        }
    return [name for name, was_running in stopped.items() if was_running]


def redis_servers(paths: LocalPaths) -> dict[str, redis_server.RedisServer]:
    """The two Redis servers, by the variable with their address."""
    return {"REDIS_URL": redis_server.broker(paths), "CACHE_URL": redis_server.cache(paths)}


def _servers(paths: LocalPaths, *, durable: bool) -> dict[str, str]:
    addresses = {}
    if not (os.environ.get("DATABASE_URL") and os.environ.get("IDENTITY_DATABASE_URL")):
        if not postgres.is_up(paths):
            postgres.start(paths, durable=durable)
        community, identity = postgres.DATABASES
        addresses["DATABASE_URL"] = postgres.address(paths, community)
        addresses["IDENTITY_DATABASE_URL"] = postgres.address(paths, identity)
    redis_server.discard_old_sessions(paths)
    for variable, server in redis_servers(paths).items():
        if not os.environ.get(variable):
            if not redis_server.is_up(server):
                redis_server.start(server, durable=durable)
            addresses[variable] = redis_server.address(server)
    return addresses


def _demo(paths: LocalPaths) -> dict[str, str]:
    """Settings of a demonstration on one machine; .env.example explains each."""
    return {
        "SERMO_ENV": "demo",
        "SERMO_BASE_URL": "http://localhost:8000",
        "SERMO_STAFF_SECOND_FACTOR": "false",
        "SERMO_K_ANONYMITY": "5",
        "SERMO_INSTITUTIONAL_DOMAINS": "univhospital.example",
        "SERMO_DEMO_MAILBOX": "true",
        "SERMO_MAIL_URL": f"file:{paths.local / 'mail'}",
        "SERMO_STORAGE": f"file:{paths.local / 'files'}",
        "SERMO_WATCHED_FOLDERS": f"{paths.cluster},{paths.redis}",
        "SERMO_STATIC_ROOT": str(paths.local / "static"),
    }
