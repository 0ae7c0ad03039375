"""Whether what this process needs is there. Answers are words, never addresses or errors."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import connections

from sermo.core.redis import connection
from sermo.core.storage import place

QUEUES = ("images", "verification", "community", "sealed", "mail")
LONGEST = 10_000
_started = time.time()


def parts() -> dict[str, str]:
    """`ok` or `failing` for each part."""
    return {
        "identity": _try(lambda: _ask("identity")),
        "community": _try(lambda: _ask("default")),
        "redis": _try(_ask_redis),
        "storage": _try(_ask_storage),
        "queues": _try(_ask_queues),
    }


def _try(ask: Callable[[], None]) -> str:
    try:
        ask()
    except Exception:  # whatever fails, the answer is that it fails
        return "failing"
    return "ok"


def _ask(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    cache.set("readyz", 1, 10)


def _ask_storage() -> None:
    place("images").exists("readyz")


def _ask_queues() -> None:
    """A queue that only grows says that its worker is gone."""
    for queue, length in queue_lengths().items():
        if length > LONGEST:
            raise RuntimeError(queue)


def queue_lengths() -> dict[str, int]:
    """Messages waiting, by queue; Celery keeps each in a Redis list of that name."""
    redis = connection()
    return {queue: int(redis.llen(queue)) for queue in QUEUES}


def metrics_text() -> str:
    """Counters of this process and the queues, in Prometheus' text format."""
    lines = [
        "# TYPE sermo_uptime_seconds gauge",
        f"sermo_uptime_seconds {time.time() - _started:.0f}",
        "# TYPE sermo_queue_length gauge",
    ]
    lines += [f'sermo_queue_length{{queue="{q}"}} {n}' for q, n in queue_lengths().items()]
    lines += ["# TYPE sermo_part_ready gauge"]
    lines += [f'sermo_part_ready{{part="{p}"}} {int(s == "ok")}' for p, s in parts().items()]
    return "\n".join(lines) + "\n"
