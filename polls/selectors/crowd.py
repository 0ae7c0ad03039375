"""What colleagues first thought of closed cases: many polls read in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from polls.consult import Answer, percent, pool
from polls.models import Concept, Round

SHOWN = 3

_BLIND = """
SELECT b.poll_id, b.confidence, b.specialty,
       row_number() OVER (PARTITION BY b.poll_id ORDER BY b.id),
       array_agg(COALESCE(c.merged_into_id, c.id)::text ORDER BY r.rank, r.id)
  FROM polls_ballot b
  JOIN polls_rank r ON r.ballot_id = b.id
  JOIN polls_option o ON o.id = r.option_id
  JOIN polls_concept c ON c.id = o.concept_id
 WHERE b.poll_id = ANY(%s) AND b.round = %s AND NOT b.by_case_author
 GROUP BY b.id
"""


@dataclass(frozen=True)
class Thought:
    """One diagnosis of the pooled list: its name and share in whole percent."""

    name: str
    share: int
    is_truth: bool


@dataclass(frozen=True)
class Crowd:
    """`place`: where the truth stood in the pooled list; None where nobody named it."""

    n: int
    thoughts: list[Thought]
    place: int | None


def crowds(truths: Mapping[UUID, UUID]) -> dict[UUID, Crowd]:
    """By poll, given the concept it turned out to be; two statements.

    For who may see the answers of these polls.
    """
    answers = _answers(truths)
    pooled = {poll: pool(given) for poll, given in answers.items()}
    shown = {UUID(one.key) for ranking in pooled.values() for one in ranking[:SHOWN]}
    names = dict(Concept.objects.filter(pk__in=shown).values_list("pk", "name"))
    found = {}
    for poll, truth in truths.items():
        ranking = pooled.get(poll, [])
        keys = [UUID(one.key) for one in ranking]
        found[poll] = Crowd(
            n=len(answers.get(poll, ())),
            thoughts=[
                Thought(names[key], percent(one.share), key == truth)
                for key, one in zip(keys[:SHOWN], ranking, strict=False)
            ],
            place=keys.index(truth) + 1 if truth in keys else None,
        )
    return found


def _answers(polls: Collection[UUID]) -> dict[UUID, list[Answer]]:
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    if not polls:
        return answers
    with connection.cursor() as cursor:
        cursor.execute(_BLIND, [list(polls), Round.BLIND.value])
        for poll, confidence, specialty, order, ranked in cursor.fetchall():
            answers[poll].append(Answer(tuple(dict.fromkeys(ranked)), confidence, specialty, order))
    return answers
