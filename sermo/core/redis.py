"""One pooled connection to Redis for what is no cache entry: sessions, counters, queues."""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    """Thread-safe; its pool is made on first use, after a fork."""
    return redis.Redis.from_url(settings.REDIS_URL)
