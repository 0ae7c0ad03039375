"""The pooled connections to the two Redis servers.

`connection` reaches the one in memory (`CACHE_URL`): sessions, counters, locks. Only `broker`
reaches the one that may write to disk (`REDIS_URL`): it holds ids of work and nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import redis
from django.conf import settings


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """The client of sessions and counters. Thread-safe; it connects on first use, after a fork."""
    return redis.Redis.from_url(settings.CACHE_URL, **settings.REDIS_OPTIONS)


@lru_cache(maxsize=1)
def broker() -> redis.Redis:
    """The client of the queues, to see their lengths. Celery has connections of its own."""
    return redis.Redis.from_url(settings.REDIS_URL, **settings.REDIS_OPTIONS)


# Health checks give up after a second and do not try again.
_IMPATIENT: dict[str, Any] = {"socket_connect_timeout": 1, "socket_timeout": 1}


@lru_cache(maxsize=1)
def impatient_connection() -> redis.Redis:
    """The client of health checks and signs of life, to the server of `connection`."""
    return redis.Redis.from_url(settings.CACHE_URL, **_IMPATIENT)


@lru_cache(maxsize=1)
def impatient_broker() -> redis.Redis:
    """The client of health checks, to the server of `broker`."""
    return redis.Redis.from_url(settings.REDIS_URL, **_IMPATIENT)
