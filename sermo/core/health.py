"""Checks of the services that this process needs, for /readyz and /metrics.

Results are fixed words: they contain no addresses and no error messages.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from sermo.core.redis import broker, connection
from sermo.core.server_checks import server_problems
from sermo.core.storage import storage_for

QUEUES = ("images", "verification", "community", "sealed", "mail")
MAX_QUEUE_LENGTH = 10_000
_started = time.time()


def component_states() -> dict[str, str]:
    """`ok` or `failing` for each component, by name."""
    return {
        "identity": _state_of(lambda: _check_database("identity")),
        "community": _state_of(lambda: _check_database("default")),
        "redis": _state_of(_check_broker),
        "cache": _state_of(_check_cache),
        "server_settings": _state_of(_check_server_settings),
        "storage": _state_of(_check_storage),
        "queues": _state_of(_check_queues),
    }


def _state_of(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception:  # any error means that the component does not work
        return "failing"
    return "ok"


def _check_database(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")


def _check_broker() -> None:
    broker().ping()


def _check_cache() -> None:
    connection().ping()


def _check_server_settings() -> None:
    """Raises `RuntimeError` in production if a server writes what it must not."""
    if settings.SERMO_ENV == "production" and server_problems():
        raise RuntimeError("server_settings")


def _check_storage() -> None:
    storage_for("images").exists("readyz")


def _check_queues() -> None:
    """Raises `RuntimeError` if a queue is so long that its worker must have stopped."""
    for queue, length in queue_lengths().items():
        if length > MAX_QUEUE_LENGTH:
            raise RuntimeError(queue)


def queue_lengths() -> dict[str, int]:
    """Number of waiting messages by queue. Celery keeps each queue in a Redis list of its name."""
    redis = broker()
    return {queue: int(redis.llen(queue)) for queue in QUEUES}


def metrics_text() -> str:
    """Uptime of this process, queue lengths, component states and the gauges of settings.METRICS.

    In Prometheus' text format.
    """
    lines = [
        "# TYPE sermo_uptime_seconds gauge",
        f"sermo_uptime_seconds {time.time() - _started:.0f}",
        "# TYPE sermo_queue_length gauge",
    ]
    lines += [f'sermo_queue_length{{queue="{q}"}} {n}' for q, n in queue_lengths().items()]
    lines += ["# TYPE sermo_part_ready gauge"]
    lines += [
        f'sermo_part_ready{{part="{p}"}} {int(s == "ok")}' for p, s in component_states().items()
    ]
    for name, path in settings.METRICS.items():
        lines += [f"# TYPE {name} gauge", f"{name} {import_string(path)():g}"]
    return "\n".join(lines) + "\n"
