"""The answers of a poll as they were at the last step (decision 0036)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from polls.models import ConditionalChange, Poll, ReleasedAnswers
from polls.selectors.answers import AnswerRow, read_answers

# A copy is replaced when so many answers of one round were added since the last.
RELEASE_STEP = 5
PSEUDONYM_LENGTH = 16


class ReleasedChange(NamedTuple):
    """A test that would change an answer, and to which option; None if that is not known."""

    test: UUID
    first_option: UUID
    to_option: UUID | None


def released_rows(poll: Poll) -> list[AnswerRow]:
    """The released answers, without the case author's. No query for a poll of a poll page.

    Ids and pseudonyms are numbers of this copy: they join the two rounds of one member.
    """
    return [
        _row(number, round_)
        for number, member in enumerate(_members(poll))
        for round_ in member["rounds"]
    ]


def released_changes(poll: Poll) -> list[ReleasedChange]:
    """The changes that released answers name."""
    return [
        ReleasedChange(UUID(test), UUID(round_["ranked"][0]), UUID(to) if to else None)
        for member in _members(poll)
        for round_ in member["rounds"]
        for test, to in round_["changes"]
    ]


def members_to_release(poll: Poll, answers: Sequence[AnswerRow]) -> list[dict[str, Any]]:
    """The content of a new copy, ordered so that neither time nor keys show. One query."""
    changes = _changes(poll)
    rounds: dict[bytes, list[dict[str, Any]]] = defaultdict(list)
    for answer in answers:
        rounds[answer.pseudonym].append(_content(answer, changes.get(answer.id, [])))
    members = [
        {"rounds": sorted(given, key=lambda one: int(one["round"]))} for given in rounds.values()
    ]
    return sorted(members, key=lambda member: json.dumps(member, sort_keys=True))


def countable_answers(poll: Poll) -> list[AnswerRow]:
    """All answers of the poll that may be released. One query."""
    return [answer for answer in read_answers(poll) if not answer.is_by_case_author]


def _members(poll: Poll) -> list[dict[str, Any]]:
    try:
        return list(poll.released.members)
    except ReleasedAnswers.DoesNotExist:
        return []


def _changes(poll: Poll) -> Mapping[UUID, list[list[str | None]]]:
    rows = ConditionalChange.objects.filter(decisive_test__poll=poll)
    return {
        answer: [[str(test), str(option) if option else None]]
        for answer, test, option in rows.values_list(
            "answer_id", "decisive_test_id", "to_option_id"
        )
    }


def _content(answer: AnswerRow, changes: list[list[str | None]]) -> dict[str, Any]:
    return {
        "round": answer.round,
        "confidence": answer.confidence,
        "specialty": answer.specialty,
        "weight": answer.record_weight_quarters,
        "ranked": [str(option) for option in answer.ranked],
        "changes": changes,
    }


def _row(number: int, content: Mapping[str, Any]) -> AnswerRow:
    return AnswerRow(
        id=UUID(int=number),
        pseudonym=number.to_bytes(PSEUDONYM_LENGTH, "big"),
        round=content["round"],
        confidence=content["confidence"],
        specialty=content["specialty"],
        is_by_case_author=False,
        record_weight_quarters=content["weight"],
        updates_seen=0,
        ranked=[UUID(option) for option in content["ranked"]],
    )
