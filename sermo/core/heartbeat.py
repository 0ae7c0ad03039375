"""Signs of life of the processes and of the queues, in the Redis that writes nothing to disk.

Each process renews an entry with its name. For each queue the scheduler sends a probe and notes
that it did; the worker that takes the probe deletes the note, so a note that stays tells how long
work waits. Ages come from the entries' remaining lifetime, so that only the clock of Redis counts.
No message has a time: the broker's file would then tell when its neighbours were sent.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any, cast

from redis.exceptions import RedisError

from sermo.core.redis import impatient_connection

PROCESSES = ("web", "worker", "sealed", "mailer", "beat")
QUEUES = ("images", "verification", "community", "sealed", "mail")
INTERVAL_SECONDS = 5
PROBE_SECONDS = 30
LIFETIME_SECONDS = 86_400


def send_sign_of_life(process: str) -> None:
    """Tell that this process lives. Does nothing for other processes, or while Redis is down."""
    if process in PROCESSES:
        with contextlib.suppress(RedisError):
            impatient_connection().set(f"alive:{process}", 1, ex=LIFETIME_SECONDS)


def send_signs_of_life(process: str) -> None:
    """Start a thread that tells every few seconds that this process lives."""

    def run() -> None:
        while True:
            send_sign_of_life(process)
            time.sleep(INTERVAL_SECONDS)

    threading.Thread(target=run, daemon=True, name="signs of life").start()


def seconds_since_sign_of_life() -> dict[str, float | None]:
    """Seconds by process; None for one that was not heard of for a day, or never.

    Raises `RedisError` if Redis does not answer.
    """
    return _ages([f"alive:{process}" for process in PROCESSES], PROCESSES)


def seconds_of_waiting_work() -> dict[str, float | None]:
    """For each queue, how long a probe has been waiting in it; None if none waits.

    Raises `RedisError` if Redis does not answer.
    """
    return _ages([f"probe:{queue}" for queue in QUEUES], QUEUES)


def _ages(keys: list[str], names: tuple[str, ...]) -> dict[str, float | None]:
    with impatient_connection().pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.pttl(key)
        left = cast("list[int]", pipeline.execute())
    return {
        name: None if ms < 0 else LIFETIME_SECONDS - ms / 1000
        for name, ms in zip(names, left, strict=True)
    }


def claim_probe(queue: str) -> bool:
    """Whether a probe of the queue is due. Notes that it is on its way.

    A probe that is still waiting keeps its note, so that one that was lost counts as waiting until
    the next is taken. False while Redis is down.
    """
    redis: Any = impatient_connection()
    with contextlib.suppress(RedisError):
        if redis.set(f"probe-sent:{queue}", 1, nx=True, ex=PROBE_SECONDS):
            redis.set(f"probe:{queue}", 1, nx=True, ex=LIFETIME_SECONDS)
            return True
    return False


def answer_probe(queue: str) -> None:
    """Called by the worker that took the probe: what was sent before it has been taken, too."""
    with contextlib.suppress(RedisError):
        impatient_connection().delete(f"probe:{queue}")
