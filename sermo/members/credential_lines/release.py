"""Releasing lines: each night, for all members at once, in the sealed worker."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sermo.core import coarse
from sermo.members.credential_lines import deposits, tallies
from sermo.members.credential_lines.k_anonymity import (
    EMPTY_LINE,
    CredentialLine,
    MemberFacts,
    assign_lines,
)
from sermo.members.credential_lines.released import forget_released_lines
from sermo.members.models import LineTally, ReleasedLine

# Weeks that began within so many days count.
COUNTED_DAYS = 30
ROUNDED_TO = 5

Counts = Counter[MemberFacts]


def release_credential_lines() -> int:
    """Nightly: release the lines that k members showed in the last 30 days; how many they are.

    For each combination of facts the best week counts. Members of one combination are other members
    than those of another, so the sum is never more than the members of the 30 days.
    """
    today = timezone.localdate()
    this_week, oldest_week = coarse.to_week(today), today - dt.timedelta(days=COUNTED_DAYS)
    deposits.store_pending_deposits(this_week=this_week, oldest_week=oldest_week)
    tallies.close_weeks(this_week=this_week, oldest_week=oldest_week)
    weeks = tallies.read_tallies(oldest_week=oldest_week)
    weeks[this_week] = tallies.count_deposits(this_week)
    return publish_lines(weeks, this_week=this_week)


def release_seeded_lines(facts: Iterable[MemberFacts]) -> None:
    """For the demonstration: release lines as if exactly these members had acted last week."""
    this_week = coarse.to_week(timezone.localdate())
    last_week = this_week - dt.timedelta(days=7)
    counted = Counter(facts)
    LineTally.objects.update_or_create(
        week=last_week, defaults={"ciphertext": tallies.encrypt_tally(counted)}
    )
    publish_lines({last_week: counted}, this_week=this_week)


def publish_lines(weeks: dict[dt.date, Counts], *, this_week: dt.date) -> int:
    """Replace the released lines by those of these weeks, in one transaction; how many they are."""
    best: Counts = Counter()
    for counted in weeks.values():
        best |= counted
    lines = assign_lines(best, settings.K_ANONYMITY)
    last_week = this_week - dt.timedelta(days=7)
    n_this = _count_by_line(weeks.get(this_week, Counter()), lines)
    n_last = _count_by_line(weeks.get(last_week, Counter()), lines)
    rows = {
        line: ReleasedLine(
            **line._asdict(),
            n_this_week=rounded_colleagues(n_this[line]),
            n_last_week=rounded_colleagues(n_last[line]),
        )
        for line in sorted(set(lines.values()) - {EMPTY_LINE})
    }
    _replace(rows)
    return len(rows)


def rounded_colleagues(n: int) -> int:
    """How many colleagues one of n members has, rounded down to five; 0 if fewer than k did it."""
    return (n - 1) // ROUNDED_TO * ROUNDED_TO if n >= settings.K_ANONYMITY else 0


def _count_by_line(
    counted: Counts, lines: dict[MemberFacts, CredentialLine]
) -> Counter[CredentialLine]:
    by_line: Counter[CredentialLine] = Counter()
    for facts, n in counted.items():
        by_line[lines[facts]] += n
    return by_line


@transaction.atomic
def _replace(rows: dict[CredentialLine, ReleasedLine]) -> None:
    """All readers see the old lines, then all see the new ones. Safe beside another release."""
    stale = [
        row.pk
        for row in ReleasedLine.objects.order_by()
        if CredentialLine(row.specialty, row.years, row.place) not in rows
    ]
    ReleasedLine.objects.filter(pk__in=stale).delete()
    ReleasedLine.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["specialty", "years", "place"],
        update_fields=["n_this_week", "n_last_week"],
    )
    transaction.on_commit(forget_released_lines)
