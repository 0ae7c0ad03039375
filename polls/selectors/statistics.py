"""Community statistics of the last ninety days. Groups of fewer than five cases are left out.

A poll stores only the band in which its first answer came. It counts as answered at the end of that
band, so no figure here is better than what happened.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from django.db import connection
from django.utils import timezone

from cases.models import Urgency
from polls.consult import round_percent
from sermo.core import specialties

PERIOD_DAYS = 90
MIN_CASES = 5

_CASES_SQL = """
SELECT s.specialty, c.urgency, s.n_answers, o.case_id IS NOT NULL,
       EXTRACT(EPOCH FROM LEAST(answered.first, commented.first) - c.posted_at) / 3600
  FROM cases_case c
  JOIN cases_casestats s ON s.case_id = c.id
  LEFT JOIN cases_outcome o ON o.case_id = c.id
  LEFT JOIN LATERAL (
    SELECT min(p.opened_at + p.first_answer_within) AS first FROM polls_poll p
     WHERE p.case_id = c.id
  ) answered ON true
  LEFT JOIN LATERAL (
    SELECT min(m.posted_at) AS first
      FROM cases_comment m
     WHERE m.case_id = c.id AND m.hidden_at IS NULL AND m.appears_at IS NULL
       AND m.author_id IS DISTINCT FROM c.author_id
       AND (m.pseudonym IS NULL OR m.pseudonym IS DISTINCT FROM c.pseudonym)
  ) commented ON true
 WHERE c.purpose = 'ask' AND c.hidden_at IS NULL AND c.appears_at IS NULL AND c.posted_at >= %s
"""


@dataclass(frozen=True)
class StatisticsRow:
    """One group of `n` cases. Shares are whole percent; `median` is text, "" if too few answers."""

    name: str
    n: int
    median: str
    within_1_hour: int
    within_24_hours: int
    answers_per_case: str
    with_outcome: int


@dataclass(frozen=True)
class CommunityStatistics:
    """`whole` is None below `MIN_CASES` cases."""

    whole: StatisticsRow | None
    by_specialty: list[StatisticsRow]
    by_urgency: list[StatisticsRow]
    days: int = PERIOD_DAYS
    k: int = MIN_CASES


@dataclass(frozen=True)
class _CaseFigures:
    """`hours` is the time until the first answer or comment by another member; None if none."""

    specialty: str
    urgency: str
    n_answers: int
    has_outcome: bool
    hours: float | None


def community_statistics(*, now: dt.datetime | None = None) -> CommunityStatistics:
    """Figures over the cases that asked for help in the last ninety days. One query."""
    since = (now or timezone.now()) - dt.timedelta(days=PERIOD_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_CASES_SQL, [since])
        cases = [
            _CaseFigures(specialty, urgency, n_answers, has_outcome, _hours(hours))
            for specialty, urgency, n_answers, has_outcome, hours in cursor.fetchall()
        ]
    urgencies = dict(Urgency.choices)
    return CommunityStatistics(
        whole=_row("", cases) if len(cases) >= MIN_CASES else None,
        by_specialty=_rows((specialties.name(specialties.family(c.specialty)), c) for c in cases),
        by_urgency=_rows((str(urgencies[c.urgency]), c) for c in cases),
    )


def _hours(value: object) -> float | None:
    return None if value is None else max(0.0, float(str(value)))


def _rows(named: Iterable[tuple[str, _CaseFigures]]) -> list[StatisticsRow]:
    groups: dict[str, list[_CaseFigures]] = defaultdict(list)
    for name, case in named:
        groups[name].append(case)
    large = [(name, group) for name, group in groups.items() if len(group) >= MIN_CASES]
    ordered = sorted(large, key=lambda item: (-len(item[1]), item[0]))
    return [_row(name, group) for name, group in ordered]


def _row(name: str, cases: list[_CaseFigures]) -> StatisticsRow:
    hours = [case.hours for case in cases if case.hours is not None]
    return StatisticsRow(
        name=name,
        n=len(cases),
        median=_duration(median(hours)) if len(hours) >= MIN_CASES else "",
        within_1_hour=_share(sum(h <= 1 for h in hours), len(cases)),
        within_24_hours=_share(sum(h <= 24 for h in hours), len(cases)),
        answers_per_case=f"{sum(case.n_answers for case in cases) / len(cases):.1f}",
        with_outcome=_share(sum(case.has_outcome for case in cases), len(cases)),
    )


def _share(part: int, whole: int) -> int:
    return round_percent(Fraction(part, whole))


def _duration(hours: float) -> str:
    if hours < 2:
        return f"{round(hours * 60)} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
