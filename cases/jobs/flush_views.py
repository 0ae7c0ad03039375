"""Write the views that are counted in Redis to the database."""

from __future__ import annotations

from uuid import UUID

from django.db import connection as database
from redis.exceptions import ResponseError

from cases.services.view_counts import PENDING
from sermo.core.redis import connection

# The counts that are being written. After a crash the next run continues with them.
FLUSHING = "views:flushing"
_LOCK = "views:lock"
_LOCK_SECONDS = 120
BATCH_SIZE = 1000

_ADD_VIEWS = """
INSERT INTO cases_caseviewcount (case_id, n_views)
SELECT seen.case_id, seen.n FROM unnest(%s::uuid[], %s::int[]) AS seen(case_id, n)
  JOIN cases_case ON cases_case.id = seen.case_id
 ORDER BY seen.case_id
ON CONFLICT (case_id) DO UPDATE SET n_views = cases_caseviewcount.n_views + excluded.n_views
"""


def flush_views() -> int:
    """Write the counted views and return the number of cases; 0 if another run holds the lock.

    Rows are written in the order of their keys, so their place in the table tells no order of use.
    """
    redis = connection()
    if not redis.set(_LOCK, 1, nx=True, ex=_LOCK_SECONDS):
        return 0
    try:
        _take_pending()
        counted = redis.hgetall(FLUSHING)
        rows = sorted(counted.items())
        for start in range(0, len(rows), BATCH_SIZE):
            batch = rows[start : start + BATCH_SIZE]
            _write({UUID(_text(key)): int(n) for key, n in batch})
            redis.hdel(FLUSHING, *(key for key, _n in batch))
        return len(counted)
    finally:
        redis.delete(_LOCK)


def _take_pending() -> None:
    """Move the pending counts aside, unless an earlier run left some unfinished."""
    redis = connection()
    if redis.exists(FLUSHING):
        return
    try:
        redis.rename(PENDING, FLUSHING)
    except ResponseError:  # nothing is pending
        return


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key


def _write(views: dict[UUID, int]) -> None:
    with database.cursor() as cursor:
        cursor.execute(_ADD_VIEWS, [list(views), list(views.values())])
