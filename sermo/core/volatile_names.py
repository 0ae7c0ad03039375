"""Names of counters, cache entries and locks, in the Redis that writes nothing to disk.

A name is an HMAC under a random secret that exists only in that Redis and changes every hour. So
neither a key on a disk nor a later look at the server tells whom a name was for. What was named in
one hour is still found in the next, so that a limit does not start again at the full hour. What is
counted by the day has its name under a secret of the day, which is deleted with the day.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field

from sermo.core.redis import connection

SECRET_BYTES = 32
# Seconds for which a secret gives new names. It finds them for as long again.
PERIOD = 3600
# Seconds for which the secret of a day gives names (`name_for_day`).
DAY = 86_400
# Seconds for which a process uses the secrets it has read.
MAX_AGE = 60
NAME_LENGTH = 40  # hexadecimal digits


@dataclass(frozen=True)
class _Secrets:
    """The secrets of a period and of the one before, as read at `read_at` (monotonic seconds)."""

    period: int
    read_at: float
    current: bytes = field(repr=False)
    previous: bytes | None = field(repr=False)


_last_read: _Secrets | None = None
_last_read_of_day: _Secrets | None = None


def volatile_name(value: str) -> str:
    """The name of the value: that of the last period while an entry has it, else that of this one.

    If the server does not answer, redis-py's error is raised.
    """
    known = _secrets()
    if known.previous is not None:
        earlier = _name(known.previous, value)
        if connection().exists(earlier):
            return earlier
    return _name(known.current, value)


def name_for_hour(value: str) -> str:
    """The name of the value in this hour of the clock; nothing finds it afterwards.

    If the server does not answer, redis-py's error is raised.
    """
    return _name(_secrets().current, value)


def name_for_day(value: str, day: int) -> str:
    """The name of the value on the day with this number since 1970; nothing finds it afterwards.

    If the server does not answer, redis-py's error is raised.
    """
    return _name(_secret_of_day(day), value)


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION."""
    return volatile_name(f"{key_prefix}:{version}:{key}")


def _name(secret: bytes, value: str) -> str:
    return "c:" + hmac.new(secret, value.encode(), hashlib.sha256).hexdigest()[:NAME_LENGTH]


def _secrets() -> _Secrets:
    global _last_read  # one for each process; two threads may read it twice
    now, elapsed = time.time(), time.monotonic()
    period = int(now // PERIOD)
    last = _last_read
    if last is None or last.period != period or not 0 <= elapsed - last.read_at < MAX_AGE:
        last = _last_read = _read(period, elapsed, lifetime=int((period + 2) * PERIOD - now) + 1)
    return last


def _secret_of_day(day: int) -> bytes:
    global _last_read_of_day  # one for each process; two threads may read it twice
    elapsed = time.monotonic()
    last = _last_read_of_day
    if last is None or last.period != day or not 0 <= elapsed - last.read_at < MAX_AGE:
        name = f"names:day:{day}"
        with connection().pipeline(transaction=True) as both:
            both.set(name, secrets.token_bytes(SECRET_BYTES), nx=True, ex=_seconds_left(day))
            both.get(name)
            _, current = both.execute()
        last = _last_read_of_day = _Secrets(day, elapsed, current, None)
    return last.current


def _seconds_left(day: int) -> int:
    """Of the day, and a second."""
    return max(int((day + 1) * DAY - time.time()) + 1, 1)


def _read(period: int, read_at: float, *, lifetime: int) -> _Secrets:
    """Read the secrets; the first process of a period makes its secret. `lifetime` in seconds."""
    names = [f"names:{period}", f"names:{period - 1}"]
    with connection().pipeline(transaction=True) as both:
        both.set(names[0], secrets.token_bytes(SECRET_BYTES), nx=True, ex=lifetime)
        both.mget(names)
        _, (current, previous) = both.execute()
    return _Secrets(period, read_at, current, previous)
