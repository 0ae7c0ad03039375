"""What one member has answered, counted or not. No other member's answer is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from polls.models import Answer, Poll, WaitingAnswer
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer

# One statement reads both tables: an answer that is being counted is found in exactly one.
_OWN_SQL = """
SELECT a.round, a.confidence, a.updates_seen,
       array_agg(r.option_id ORDER BY r.rank, r.id), '', 0, c.decisive_test_id, NULL::timestamptz
  FROM polls_answer a
  JOIN polls_rankedoption r ON r.answer_id = a.id
  LEFT JOIN polls_conditionalchange c ON c.answer_id = a.id
 WHERE a.poll_id = %(poll)s AND a.pseudonym = %(pseudonym)s
 GROUP BY a.id, c.decisive_test_id
 UNION ALL
SELECT w.round, w.confidence, w.updates_seen, w.ranked, w.added, w.added_at, NULL, w.appears_at
  FROM polls_waitinganswer w
 WHERE w.poll_id = %(poll)s AND w.pseudonym = %(pseudonym)s
"""


class OwnAnswer(NamedTuple):
    """The latest answer of one round.

    `ranked` are keys of options, best first; a waiting answer may also have an added diagnosis
    with its index. `appears_at` is the mark from which it counts; None if it counts.
    """

    round: int
    confidence: int | None
    updates_seen: int
    ranked: list[UUID]
    added: str
    added_at: int
    decisive_test: UUID | None
    appears_at: dt.datetime | None


def own_answers(poll: Poll, pseudonym: bytes) -> dict[int, OwnAnswer]:
    """By round. One query. A change that waits hides the answer that it will replace."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_SQL, {"poll": poll.pk, "pseudonym": pseudonym})
        rows = [OwnAnswer._make(row) for row in cursor.fetchall()]
    return {row.round: row for row in sorted(rows, key=lambda row: row.appears_at is not None)}


def answered_polls(viewer: Viewer, polls: Iterable[Poll]) -> set[UUID]:
    """Keys of those polls that the viewer has answered, found by pseudonyms. One query."""
    by_pseudonym = {viewer.pseudonym(poll_scope(poll.pk)): poll.pk for poll in polls}
    counted, waiting = (
        model._default_manager.filter(
            poll__in=list(by_pseudonym.values()), pseudonym__in=list(by_pseudonym)
        )
        .order_by()
        .values_list("pseudonym", flat=True)
        for model in (Answer, WaitingAnswer)
    )
    return {by_pseudonym[bytes(pseudonym)] for pseudonym in counted.union(waiting)}
