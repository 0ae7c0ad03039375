"""The group rankings of many closed cases, read at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from polls.consult import RankedAnswer, pool, round_percent
from polls.models import AnswerRound, Concept

MAX_SHOWN = 3

_BLIND_ANSWERS_SQL = """
SELECT a.poll_id, a.confidence, a.specialty,
       row_number() OVER (PARTITION BY a.poll_id ORDER BY a.id),
       array_agg(COALESCE(c.merged_into_id, c.id)::text ORDER BY r.rank, r.id)
  FROM polls_answer a
  JOIN polls_rankedoption r ON r.answer_id = a.id
  JOIN polls_answeroption o ON o.id = r.option_id
  JOIN polls_concept c ON c.id = o.concept_id
 WHERE a.poll_id = ANY(%s) AND a.round = %s AND NOT a.is_by_case_author
 GROUP BY a.id
"""


@dataclass(frozen=True)
class RankedDiagnosis:
    """One diagnosis of the group ranking: its name and its share in whole percent."""

    name: str
    share: int
    is_truth: bool


@dataclass(frozen=True)
class GroupRanking:
    """The first diagnoses of `n` blind answers. `rank_of_truth` is None if nobody named it."""

    n: int
    diagnoses: list[RankedDiagnosis]
    rank_of_truth: int | None


def group_rankings(truths: Mapping[UUID, UUID]) -> dict[UUID, GroupRanking]:
    """The group ranking of each poll, given the concept of the outcome by poll. Two queries.

    The caller must check that the viewer may see the answers of these polls.
    """
    answers = _blind_answers(truths)
    pooled = {poll: pool(given) for poll, given in answers.items()}
    shown = {
        UUID(diagnosis.key) for ranking in pooled.values() for diagnosis in ranking[:MAX_SHOWN]
    }
    names = dict(Concept.objects.filter(pk__in=shown).values_list("pk", "name"))
    rankings = {}
    for poll, truth in truths.items():
        ranking = pooled.get(poll, [])
        keys = [UUID(diagnosis.key) for diagnosis in ranking]
        rankings[poll] = GroupRanking(
            n=len(answers.get(poll, ())),
            diagnoses=[
                RankedDiagnosis(names[key], round_percent(diagnosis.share), key == truth)
                for key, diagnosis in zip(keys[:MAX_SHOWN], ranking, strict=False)
            ],
            rank_of_truth=keys.index(truth) + 1 if truth in keys else None,
        )
    return rankings


def _blind_answers(polls: Collection[UUID]) -> dict[UUID, list[RankedAnswer]]:
    answers: dict[UUID, list[RankedAnswer]] = defaultdict(list)
    if not polls:
        return answers
    with connection.cursor() as cursor:
        cursor.execute(_BLIND_ANSWERS_SQL, [list(polls), AnswerRound.BLIND.value])
        for poll, confidence, specialty, order, ranked in cursor.fetchall():
            answers[poll].append(
                RankedAnswer(tuple(dict.fromkeys(ranked)), confidence, specialty, order)
            )
    return answers
