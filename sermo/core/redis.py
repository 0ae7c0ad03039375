"""The pooled Redis connection for everything but the cache: sessions, counters, queues."""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """The client of this process. Thread-safe; it connects on first use, after a fork."""
    return redis.Redis.from_url(settings.REDIS_URL)
