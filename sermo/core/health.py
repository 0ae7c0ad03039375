"""Checks of the whole site: its servers, processes, queues and disks, for /readyz and /metrics.

Results are fixed words: they contain no addresses, no paths and no error messages.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from sermo.core import heartbeat
from sermo.core.heartbeat import QUEUES
from sermo.core.redis import impatient_broker, impatient_connection
from sermo.core.server_checks import server_problems
from sermo.core.storage import storage_for
from sermo.core.untrusted_forwarding import recent_requests

MAX_QUEUE_LENGTH = 10_000
# A process that was silent for so long is counted as dead; a restart takes less.
MAX_SILENT_SECONDS = 60
# Work that waits for so long in a queue: a burst of pictures takes some minutes.
MAX_WAITING_SECONDS = 900
MEGABYTE = 1024 * 1024
_started = time.time()


class Failing(Exception):
    """A component does not work. The message says why in fixed words."""


def component_states() -> dict[str, str]:
    """`ok`, `failing` or `failing: why` for each component, by name."""
    return {
        "identity": _state_of(lambda: _check_database("identity")),
        "community": _state_of(lambda: _check_database("default")),
        "redis": _state_of(_check_broker),
        "cache": _state_of(_check_cache),
        "server_settings": _state_of(_check_server_settings),
        "storage": _state_of(_check_storage),
        "queues": _state_of(_check_queues),
        "disk": _state_of(_check_disk),
        **{
            process: _state_of(partial(_check_process, process))
            for process in settings.WATCHED_PROCESSES
        },
    }


def warnings() -> list[str]:
    """What an operator must look at, although the site works; sentences without addresses."""
    found = [_untrusted_forwarding(), *(_warning_of(path) for path in settings.WARNINGS)]
    return [sentence for sentence in found if sentence]


def _untrusted_forwarding() -> str:
    try:
        n_untrusted = recent_requests()
    except RedisError:
        return ""  # `cache` is failing
    if not n_untrusted:
        return ""
    return "Forwarding headers come from a peer that SERMO_TRUSTED_PROXIES does not name."


def _warning_of(path: str) -> str:
    try:
        return str(import_string(path)())
    except DatabaseError:
        return ""  # the database is failing


def _state_of(check: Callable[[], None]) -> str:
    try:
        check()
    except Failing as failing:
        return f"failing: {failing}"
    except Exception:  # any error means that the component does not work
        return "failing"
    return "ok"


def _check_database(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")


def _check_broker() -> None:
    impatient_broker().ping()


def _check_cache() -> None:
    impatient_connection().ping()


def _check_server_settings() -> None:
    """Raises `RuntimeError` in production if a server writes what it must not."""
    if settings.SERMO_ENV == "production" and server_problems():
        raise RuntimeError("server_settings")


def _check_storage() -> None:
    storage_for("images").exists("readyz")


def _check_queues() -> None:
    """Raises `Failing` for a queue whose work is not done, by its length or by its oldest work."""
    for queue, length in queue_lengths().items():
        if length > MAX_QUEUE_LENGTH:
            raise Failing(f"more than {MAX_QUEUE_LENGTH} messages wait in the queue {queue}")
    for queue, seconds in heartbeat.seconds_of_waiting_work().items():
        if seconds is not None and seconds > MAX_WAITING_SECONDS:
            raise Failing(f"work has waited for {seconds / 60:.0f} minutes in the queue {queue}")


def _check_process(process: str) -> None:
    """Raises `Failing` if the process was silent for too long."""
    try:
        seconds = heartbeat.seconds_since_sign_of_life()[process]
    except RedisError:
        raise Failing("not known while the Redis with the sessions does not answer") from None
    if seconds is None:
        raise Failing("no sign of life")
    if seconds > MAX_SILENT_SECONDS:
        raise Failing(f"no sign of life for {seconds:.0f} seconds")


def _check_disk() -> None:
    """Raises `Failing` if a folder of this machine has too little space, or no file can be made."""
    for name, free in free_megabytes().items():
        if free < settings.MIN_FREE_MB:
            raise Failing(f"less than {settings.MIN_FREE_MB} MB free for {name}")


def free_megabytes() -> dict[str, int]:
    """Free space by folder of settings.WATCHED_FOLDERS; 0 if no further file can be made.

    A folder that does not exist yet counts as its parent.
    """
    free = {}
    for name, folder in settings.WATCHED_FOLDERS.items():
        disk = os.statvfs(_existing(folder))
        has_inodes = disk.f_favail or not disk.f_files
        free[name] = disk.f_bavail * disk.f_frsize // MEGABYTE if has_inodes else 0
    return free


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def queue_lengths() -> dict[str, int]:
    """Number of waiting messages by queue. Celery keeps each queue in a Redis list of its name."""
    server: Any = impatient_broker()
    return {queue: int(server.llen(queue)) for queue in QUEUES}


def metrics_text() -> str:
    """Uptime of this process, queues, signs of life, free space, component states, own gauges.

    In Prometheus' text format. `settings.METRICS` names the own gauges.
    """
    alive, waiting = heartbeat.seconds_since_sign_of_life(), heartbeat.seconds_of_waiting_work()
    gauges: dict[str, dict[str, float]] = {
        "sermo_uptime_seconds": {"": time.time() - _started},
        "sermo_queue_length": _labelled("queue", queue_lengths()),
        "sermo_queue_waiting_seconds": _labelled(
            "queue", {queue: seconds or 0 for queue, seconds in waiting.items()}
        ),
        "sermo_process_silent_seconds": _labelled(
            "process", {name: age for name, age in alive.items() if age is not None}
        ),
        "sermo_free_megabytes": _labelled("folder", free_megabytes()),
        "sermo_part_ready": _labelled(
            "part", {part: state == "ok" for part, state in component_states().items()}
        ),
        **{name: {"": import_string(path)()} for name, path in settings.METRICS.items()},
    }
    lines = []
    for name, values in gauges.items():
        lines.append(f"# TYPE {name} gauge")
        lines += [f"{name}{label} {value:.6g}" for label, value in values.items()]
    return "\n".join(lines) + "\n"


def _labelled(label: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f'{{{label}="{name}"}}': value for name, value in values.items()}
