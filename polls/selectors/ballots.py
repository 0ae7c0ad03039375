"""Ballots as the plain answers that polls.consult computes with."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg

from polls.consult import Answer
from polls.models import Ballot, Option, Poll, Round


class Cast(NamedTuple):
    """One ballot, its options best first."""

    id: UUID
    pseudonym: bytes
    round: int
    confidence: int | None
    specialty: str
    by_case_author: bool
    record_quarters: int
    after_updates: int
    ranked: list[UUID]


def read_ballots(poll: Poll) -> list[Cast]:
    """All ballots of a poll in one statement, in an order that tells nothing of when."""
    rows = (
        Ballot.objects.filter(poll=poll)
        .annotate(ranked=ArrayAgg("ranks__option_id", order_by=("ranks__rank", "ranks__id")))
        .order_by("id")
        .values_list(
            "id",
            "pseudonym",
            "round",
            "confidence",
            "specialty",
            "by_case_author",
            "record_quarters",
            "after_updates",
            "ranked",
        )
    )
    return [Cast(row[0], bytes(row[1]), *row[2:]) for row in rows]


def answers_of(ballots: Iterable[Cast], round_: Round, into: dict[str, str]) -> dict[bytes, Answer]:
    """Answers of one round by tag, the case's author left out; options that mean one thing as one.

    `into` maps the key of every option to the key that stands for it (`same_options`).
    """
    return {
        ballot.pseudonym: Answer(
            tuple(dict.fromkeys(into[str(option)] for option in ballot.ranked)),
            ballot.confidence,
            ballot.specialty,
            order,
            Fraction(ballot.record_quarters, 4),
        )
        for order, ballot in enumerate(ballots)
        if ballot.round == round_ and not ballot.by_case_author
    }


def same_options(options: Iterable[Option]) -> dict[str, str]:
    """For each option the first one of the same diagnosis, after moderators' merges."""
    first: dict[UUID, str] = {}
    into: dict[str, str] = {}
    for option in options:
        concept = option.concept
        root = option.pk if concept is None else concept.merged_into_id or concept.pk
        into[str(option.pk)] = first.setdefault(root, str(option.pk))
    return into
