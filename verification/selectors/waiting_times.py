"""How long applicants wait for a decision."""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from sermo.core import clock, coarse
from verification.models import Application, ApplicationState, Decision

MIN_DECISIONS_FOR_MEDIAN = 5
WEEK = dt.timedelta(days=7)
# A decision is due within one business day, and is escalated after three.
TARGET_DAYS, ESCALATED_DAYS = 1, 3
SATURDAY = 5


def business_days(since: dt.datetime, until: dt.datetime) -> float:
    """Days between two moments (UTC) without Saturdays and Sundays, with fractions."""
    if until <= since:
        return 0.0
    seconds = 0.0
    at = since
    while at < until:
        midnight = coarse.to_day(at + dt.timedelta(days=1))
        end = min(midnight, until)
        if at.weekday() < SATURDAY:
            seconds += (end - at).total_seconds()
        at = end
    return seconds / 86_400


def is_late(since: dt.datetime, now: dt.datetime) -> bool:
    return business_days(since, now) > TARGET_DAYS


def is_escalated(since: dt.datetime, now: dt.datetime) -> bool:
    return business_days(since, now) > ESCALATED_DAYS


def _recent_waits(now: dt.datetime) -> list[int]:
    """Minutes from submission to decision, of the last 7 days. A coarsened decision counts in its
    month.
    """
    month = coarse.to_month(now)
    recent = Q(applied_at__gte=now - WEEK) | Q(applied_at=month, application__is_coarse=True)
    rows = Decision.objects.filter(recent, waited_minutes__isnull=False)
    return [minutes or 0 for minutes in rows.values_list("waited_minutes", flat=True)]


@dataclass(frozen=True)
class WaitingTimes:
    """In minutes. None if fewer than 5 applications were decided in the last 7 days."""

    decided: int
    median: int | None
    nine_in_ten: int | None


def waiting_times(*, now: dt.datetime | None = None) -> WaitingTimes:
    """Median and 9th decile of the last 7 days."""
    waited = _recent_waits(now or clock.now())
    if len(waited) < MIN_DECISIONS_FOR_MEDIAN:
        return WaitingTimes(len(waited), None, None)
    ninth = statistics.quantiles(waited, n=10, method="inclusive")[8]
    return WaitingTimes(len(waited), int(statistics.median(waited)), round(ninth))


def median_wait_minutes(*, now: dt.datetime | None = None) -> int | None:
    """Median of the last 7 days in minutes; None below 5 decisions."""
    return waiting_times(now=now).median


def applications_ahead(application: Application) -> int | None:
    """How many applications in review are older; None if this one is not in review."""
    if application.state != ApplicationState.IN_REVIEW or application.review_since is None:
        return None
    return (
        Application.objects.in_review()
        .filter(review_since__lt=application.review_since, decisions__isnull=True)
        .count()
    )


def decisions_by_day(*, now: dt.datetime | None = None) -> list[tuple[dt.date, int]]:
    """Reviewers' decisions on each of the last 7 days, the oldest first."""
    today = (now or clock.now()).date()
    days = [today - dt.timedelta(days=back) for back in range(6, -1, -1)]
    counted = dict(
        Decision.objects.filter(
            decided_at__date__gte=days[0], undone_at__isnull=True, is_automatic=False
        )
        .annotate(day=TruncDate("decided_at"))
        .values_list("day")
        .annotate(Count("id"))
    )
    return [(day, counted.get(day, 0)) for day in days]


def duration_in_words(minutes: int) -> str:
    """A duration in minutes, hours or days."""
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    if minutes < 48 * 60:
        hours = round(minutes / 60)
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{round(minutes / 1440)} days"
