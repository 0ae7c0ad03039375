"""Answers of a poll, in the form that polls.consult computes with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg

from polls.consult import RankedAnswer, merge_keys
from polls.models import Answer, AnswerOption, AnswerRound, Poll


class AnswerRow(NamedTuple):
    """One answer. `ranked` are keys of options, best first."""

    id: UUID
    pseudonym: bytes
    round: int
    confidence: int | None
    specialty: str
    is_by_case_author: bool
    record_weight_quarters: int
    updates_seen: int
    ranked: list[UUID]


def read_answers(poll: Poll) -> list[AnswerRow]:
    """All answers of a poll, in the order of their random keys. One query."""
    ranks = ("ranked_options__rank", "ranked_options__id")
    rows = (
        Answer.objects.filter(poll=poll)
        .annotate(ranked=ArrayAgg("ranked_options__option_id", order_by=ranks))
        .order_by("id")
        .values_list(*AnswerRow._fields)
    )
    return [AnswerRow(row[0], bytes(row[1]), *row[2:]) for row in rows]


def ranked_answers(
    answers: Iterable[AnswerRow], round_: AnswerRound, into: Mapping[str, str]
) -> dict[bytes, RankedAnswer]:
    """Answers of one round by pseudonym, without the case author's.

    `into` maps the key of each option to the key that it counts as (`canonical_options`).
    """
    by_pseudonym = {
        answer.pseudonym: RankedAnswer(
            tuple(str(option) for option in answer.ranked),
            answer.confidence,
            answer.specialty,
            order,
            Fraction(answer.record_weight_quarters, 4),
        )
        for order, answer in enumerate(answers)
        if answer.round == round_ and not answer.is_by_case_author
    }
    return dict(zip(by_pseudonym, merge_keys(by_pseudonym.values(), into), strict=True))


def canonical_options(options: Iterable[AnswerOption]) -> dict[str, str]:
    """For each option the first option of the same diagnosis, after moderators' merges."""
    first: dict[UUID, str] = {}
    into: dict[str, str] = {}
    for option in options:
        concept = option.concept
        root = option.pk if concept is None else concept.merged_into_id or concept.pk
        into[str(option.pk)] = first.setdefault(root, str(option.pk))
    return into
