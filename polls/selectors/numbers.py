"""How well the community answers, of the last ninety days; no cell under five (CONSULT.md §6).

A poll keeps the band within which its first answer came, and counts as answered at the end of that
band: no number here is better than what happened.
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
from polls.consult import percent
from sermo.core import specialties

DAYS = 90
K = 5

_CASES = """
SELECT s.specialty, c.urgency, s.n_answers, o.case_id IS NOT NULL,
       EXTRACT(EPOCH FROM LEAST(ballots.first, said.first) - c.posted_at) / 3600
  FROM cases_case c
  JOIN cases_casestats s ON s.case_id = c.id
  LEFT JOIN cases_outcome o ON o.case_id = c.id
  LEFT JOIN LATERAL (
    SELECT min(one.opened_at + one.answered_within) AS first FROM polls_poll one
     WHERE one.case_id = c.id
  ) ballots ON true
  LEFT JOIN LATERAL (
    SELECT min(m.posted_at) AS first
      FROM cases_comment m
     WHERE m.case_id = c.id AND m.hidden_at IS NULL
       AND m.author_id IS DISTINCT FROM c.author_id
       AND (m.pseudonym IS NULL OR m.pseudonym IS DISTINCT FROM c.pseudonym)
  ) said ON true
 WHERE c.purpose = 'ask' AND c.hidden_at IS NULL AND c.appears_at IS NULL AND c.posted_at >= %s
"""


@dataclass(frozen=True)
class Row:
    """One group of cases. Shares in whole percent; `median` in words, empty where none was."""

    name: str
    n: int
    median: str
    within_1: int
    within_24: int
    answers: str
    with_outcome: int


@dataclass(frozen=True)
class Numbers:
    """`whole` is None below five cases."""

    whole: Row | None
    by_specialty: list[Row]
    by_urgency: list[Row]
    days: int = DAYS
    k: int = K


@dataclass(frozen=True)
class _Case:
    specialty: str
    urgency: str
    answers: int
    has_outcome: bool
    hours: float | None


def numbers(*, now: dt.datetime | None = None) -> Numbers:
    """One statement over the cases of ninety days."""
    since = (now or timezone.now()) - dt.timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_CASES, [since])
        cases = [_Case(a, b, c, d, _hours(e)) for a, b, c, d, e in cursor.fetchall()]
    urgencies = dict(Urgency.choices)
    return Numbers(
        whole=_row("", cases) if len(cases) >= K else None,
        by_specialty=_rows((specialties.name(specialties.family(c.specialty)), c) for c in cases),
        by_urgency=_rows((str(urgencies[c.urgency]), c) for c in cases),
    )


def _hours(value: object) -> float | None:
    return None if value is None else max(0.0, float(str(value)))


def _rows(named: Iterable[tuple[str, _Case]]) -> list[Row]:
    groups: dict[str, list[_Case]] = defaultdict(list)
    for name, case in named:
        groups[name].append(case)
    large = [(name, group) for name, group in groups.items() if len(group) >= K]
    return [_row(name, group) for name, group in sorted(large, key=lambda x: (-len(x[1]), x[0]))]


def _row(name: str, cases: list[_Case]) -> Row:
    hours = [case.hours for case in cases if case.hours is not None]
    return Row(
        name=name,
        n=len(cases),
        median=_in_words(median(hours)) if len(hours) >= K else "",
        within_1=_share(sum(h <= 1 for h in hours), len(cases)),
        within_24=_share(sum(h <= 24 for h in hours), len(cases)),
        answers=f"{sum(case.answers for case in cases) / len(cases):.1f}",
        with_outcome=_share(sum(case.has_outcome for case in cases), len(cases)),
    )


def _share(part: int, whole: int) -> int:
    return percent(Fraction(part, whole))


def _in_words(hours: float) -> str:
    if hours < 2:
        return f"{round(hours * 60)} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
