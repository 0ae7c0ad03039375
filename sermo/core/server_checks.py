"""What PostgreSQL and Redis must not write to disk, asked when a process starts.

A server whose log shows statements, or a Redis that stores sessions, tells a thief who did what and
when, whatever this code does. Production does not start with one; elsewhere a warning is logged.
This is not a Django system check: those run in management commands, which may repair a server.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import OperationalError

from sermo.core.redis import broker, connection

log = logging.getLogger(__name__)

# Allowed values of each setting, as PostgreSQL shows them. None: the extension is not loaded.
LOG_SETTINGS: Mapping[str, tuple[str | None, ...]] = {
    "log_error_verbosity": ("terse",),
    "log_min_error_statement": ("panic", "fatal"),
    "log_statement": ("none",),
    "log_min_duration_statement": ("-1",),
    "log_min_duration_sample": ("-1",),
    "log_transaction_sample_rate": ("0",),
    "log_duration": ("off",),
    "log_parameter_max_length_on_error": ("0",),
    "log_connections": ("", "off"),
    "log_disconnections": ("off",),
    "track_commit_timestamp": ("off",),
    "auto_explain.log_min_duration": (None, "", "-1"),
    "pgaudit.log": (None, "", "none"),
}


def require_private_servers() -> None:
    """Called at the start of each web and worker process.

    A server that does not answer is asked again by /readyz. Raises `ImproperlyConfigured` in
    production if a server writes what it must not.
    """
    try:
        problems = server_problems()
    except (OperationalError, redis.ConnectionError, redis.TimeoutError):
        log.warning("the settings of the servers could not be read")
        return
    finally:
        # A web server may start its workers from this process.
        connections.close_all()
    if problems and settings.SERMO_ENV == "production":
        raise ImproperlyConfigured(" ".join(problems))
    for problem in problems:
        log.warning(problem)


def server_problems() -> list[str]:
    """A sentence for each thing that a server writes to disk and must not; empty if all is well.

    The error of Django or redis-py is raised if a server does not answer.
    """
    checks: tuple[Callable[[], list[str]], ...] = (
        lambda: _log_problems("default"),
        lambda: _log_problems("identity"),
        _cache_problems,
    )
    return [problem for check in checks for problem in check()]


def _log_problems(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT name, current_setting(name, true) FROM unnest(%s::text[]) AS name",
            [list(LOG_SETTINGS)],
        )
        shown: dict[str, str | None] = dict(cursor.fetchall())
    wrong = [name for name, allowed in LOG_SETTINGS.items() if shown[name] not in allowed]
    if not wrong:
        return []
    wanted = ", ".join(f"{name} = {LOG_SETTINGS[name][-1] or 'off'}" for name in wrong)
    return [
        f"PostgreSQL's log tells who did what ({alias} database). Set on the server: {wanted}"
        " (sermo/local_stack/postgres_settings.conf)."
    ]


def _cache_problems() -> list[str]:
    cache: Any = connection()
    problems = []
    if _stores_data(cache):
        problems.append(
            'The Redis at CACHE_URL writes sessions to disk. Set: save "", appendonly no.'
        )
    if cache.info("replication").get("connected_slaves"):
        problems.append("The Redis at CACHE_URL has a replica. Remove it.")
    if cache.info("server")["run_id"] == _run_id_of_broker():
        problems.append("CACHE_URL and REDIS_URL name one server. Use two servers.")
    return problems


def _run_id_of_broker() -> str:
    server: Any = broker()
    return str(server.info("server")["run_id"])


def _stores_data(cache: Any) -> bool:
    """By its configuration; by its statistics where a managed server refuses CONFIG."""
    try:
        save = cache.config_get("save").get("save", "")
        return bool(save) or cache.config_get("appendonly").get("appendonly") == "yes"
    except redis.ResponseError:
        persistence = cache.info("persistence")
        return bool(persistence.get("aof_enabled") or persistence.get("rdb_saves"))
