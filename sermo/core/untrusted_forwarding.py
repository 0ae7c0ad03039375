"""Counts requests that say they were forwarded, from a peer that is no trusted proxy.

Many of them mean that a proxy stands in front which SERMO_TRUSTED_PROXIES does not name, so that
all visitors have one address. Only their number is kept, for an hour.
"""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any

from redis.exceptions import RedisError

from sermo.core.redis import impatient_connection

log = logging.getLogger(__name__)
KEY = "untrusted-forwarding"
WINDOW_SECONDS = 3600
# A process writes at most one line and one counter in so many seconds.
REPORT_SECONDS = 60

_waiting = 0
_reported_at: float | None = None


def count_request() -> None:
    """Count one request. Redis that does not answer is left to /readyz."""
    global _waiting, _reported_at  # one for each process; two threads may lose one
    _waiting += 1
    now = time.monotonic()
    if _reported_at is not None and now - _reported_at < REPORT_SECONDS:
        return
    number, _waiting, _reported_at = _waiting, 0, now
    log.warning(
        "%d requests with forwarding headers came from a peer that SERMO_TRUSTED_PROXIES does not "
        "name; the headers were ignored",
        number,
    )
    with contextlib.suppress(RedisError):
        both: Any = impatient_connection().pipeline()
        both.incrby(KEY, number).expire(KEY, WINDOW_SECONDS).execute()


def recent_requests() -> int:
    """How many were counted since an hour without one."""
    value: Any = impatient_connection().get(KEY)
    return int(value or 0)
