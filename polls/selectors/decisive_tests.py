"""Tests that would change answers, for members who may see the answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from polls.models import ConditionalChange, DecisiveTest, Poll
from polls.selectors.released_answers import released_changes

MAX_SHOWN = 10


@dataclass(frozen=True)
class ExpectedChange:
    """How many members would change their first choice this way. A label may be empty."""

    from_label: str
    to_label: str
    n: int


@dataclass(frozen=True)
class DecisiveTestSummary:
    """One test: how many members named it, and how it would change released answers."""

    key: UUID
    public_id: str
    text: str
    n: int
    changes: list[ExpectedChange]
    is_reported: bool


def decisive_tests(poll: Poll) -> list[DecisiveTestSummary]:
    """Most named first, tests with a reported result last. Two queries in all.

    How a test would change answers is counted in released answers only, because it tells the first
    choice of whoever named it.
    """
    labels = {option.pk: option.label for option in poll.options.all()}
    named = Counter(
        ConditionalChange.objects.filter(decisive_test__poll=poll).values_list(
            "decisive_test_id", flat=True
        )
    )
    if not named:
        return []
    changes: dict[UUID, Counter[tuple[str, str]]] = defaultdict(Counter)
    for change in released_changes(poll):
        to_label = labels.get(change.to_option, "") if change.to_option else ""
        changes[change.test][labels.get(change.first_option, ""), to_label] += 1
    tests = DecisiveTest.objects.filter(pk__in=named)
    summaries = [_summary(test, named[test.pk], changes[test.pk]) for test in tests]
    return sorted(summaries, key=lambda test: (test.is_reported, -test.n, test.text))[:MAX_SHOWN]


def _summary(test: DecisiveTest, n: int, changes: Counter[tuple[str, str]]) -> DecisiveTestSummary:
    return DecisiveTestSummary(
        key=test.pk,
        public_id=test.public_id,
        text=test.text,
        n=n,
        changes=[
            ExpectedChange(from_label, to_label, n)
            for (from_label, to_label), n in changes.most_common()
            if to_label
        ],
        is_reported=test.reported_at is not None and test.reported_at <= timezone.now(),
    )
