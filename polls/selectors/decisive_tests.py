"""Tests that would change answers, for members who may see the answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from polls.models import ConditionalChange, DecisiveTest, Poll, RankedOption

MAX_SHOWN = 10


@dataclass(frozen=True)
class ExpectedChange:
    """How many members would change their first choice this way. A label may be empty."""

    from_label: str
    to_label: str
    n: int


@dataclass(frozen=True)
class DecisiveTestSummary:
    """One test: how many members named it, and how it would change their answers."""

    key: UUID
    public_id: str
    text: str
    n: int
    changes: list[ExpectedChange]
    is_reported: bool


def decisive_tests(poll: Poll) -> list[DecisiveTestSummary]:
    """Most named first, tests with a reported result last. Two queries in all."""
    labels = {option.pk: option.label for option in poll.options.all()}
    rows = list(
        ConditionalChange.objects.filter(decisive_test__poll=poll).values_list(
            "decisive_test_id", "answer_id", "to_option_id"
        )
    )
    if not rows:
        return []
    first_options = dict(
        RankedOption.objects.filter(
            answer__in=[answer for _test, answer, _option in rows], rank=1
        ).values_list("answer_id", "option_id")
    )
    changes: dict[UUID, Counter[tuple[str, str]]] = {}
    for test_id, answer_id, to_option in rows:
        first = first_options.get(answer_id)
        from_label = labels.get(first, "") if first else ""
        to_label = labels.get(to_option, "") if to_option else ""
        changes.setdefault(test_id, Counter())[from_label, to_label] += 1
    tests = DecisiveTest.objects.filter(pk__in=changes)
    summaries = [_summary(test, changes[test.pk]) for test in tests]
    return sorted(summaries, key=lambda test: (test.is_reported, -test.n, test.text))[:MAX_SHOWN]


def _summary(test: DecisiveTest, changes: Counter[tuple[str, str]]) -> DecisiveTestSummary:
    return DecisiveTestSummary(
        key=test.pk,
        public_id=test.public_id,
        text=test.text,
        n=changes.total(),
        changes=[
            ExpectedChange(from_label, to_label, n)
            for (from_label, to_label), n in changes.most_common()
            if to_label
        ],
        is_reported=test.reported_at is not None and test.reported_at <= timezone.now(),
    )
