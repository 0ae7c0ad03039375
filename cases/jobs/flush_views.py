"""Views of cases: counted in Redis, written down once a minute, never by a page."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import connection as database
from redis.exceptions import RedisError, ResponseError

from sermo.core.redis import connection

log = logging.getLogger(__name__)

PENDING = "views:pending"
FLUSHING = "views:flushing"
_LOCK = "views:lock"
_LOCK_SECONDS = 120
BATCH = 1000

_ADD = """
INSERT INTO cases_caseviewcount (case_id, n_views)
SELECT seen.case_id, seen.n FROM unnest(%s::uuid[], %s::int[]) AS seen(case_id, n)
  JOIN cases_case ON cases_case.id = seen.case_id
 ORDER BY seen.case_id
ON CONFLICT (case_id) DO UPDATE SET n_views = cases_caseviewcount.n_views + excluded.n_views
"""


def count_view(case_id: UUID) -> None:
    """One more look at this case, by nobody in particular. A view lost with Redis is no loss."""
    try:
        connection().hincrby(PENDING, case_id.hex, 1)
    except RedisError:
        log.warning("a view was not counted: Redis does not answer")


def flush_views() -> int:
    """Write the counted views down, in the order of keys; how many cases. One flusher at a time."""
    redis = connection()
    if not redis.set(_LOCK, 1, nx=True, ex=_LOCK_SECONDS):
        return 0
    try:
        _set_aside()
        counted = redis.hgetall(FLUSHING)
        in_order = sorted(counted.items())
        for start in range(0, len(in_order), BATCH):
            batch = in_order[start : start + BATCH]
            _write({UUID(_text(key)): int(n) for key, n in batch})
            redis.hdel(FLUSHING, *(key for key, _n in batch))
        return len(counted)
    finally:
        redis.delete(_LOCK)


def _set_aside() -> None:
    """What a flusher that died had set aside comes first."""
    redis = connection()
    if redis.exists(FLUSHING):
        return
    try:
        redis.rename(PENDING, FLUSHING)
    except ResponseError:  # nothing was counted since
        return


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key


def _write(seen: dict[UUID, int]) -> None:
    with database.cursor() as cursor:
        cursor.execute(_ADD, [list(seen), list(seen.values())])
