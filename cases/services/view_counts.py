"""Count views of cases in Redis. `cases.jobs.flush_views` writes them to the database."""

from __future__ import annotations

import logging
from uuid import UUID

from redis.exceptions import RedisError

from sermo.core.redis import connection

log = logging.getLogger(__name__)

# The Redis hash {case id in hex: views since the last flush}.
PENDING = "views:pending"


def count_view(case_id: UUID) -> None:
    """Count one view, without the viewer. If Redis does not answer, the view is not counted."""
    try:
        connection().hincrby(PENDING, case_id.hex, 1)
    except RedisError:
        log.warning("a view was not counted: Redis does not answer")
