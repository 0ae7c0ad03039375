"""Who reports patient details how often, by the pseudonym of a week. No account is known.

What a member may still hide is asked in the own session, which alone computes the pseudonyms.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from sermo.core.coarse import to_week
from sermo.members.pseudonyms import reporter_scope
from sermo.members.viewer import Viewer
from sermo.moderation.models import CoverState, Report, StoppedReporter
from sermo.moderation.selectors.targets import ReportTarget

MAX_ROWS = 100
_LABEL_LENGTH = 4
MAX_COVERS_PER_DAY = 3
MAX_COVERS_IN_FIRST_WEEK = 1
STOPPED_DAYS = 90
_WEEK = dt.timedelta(days=7)
# Weeks in which a pseudonym can have been stopped and still be.
_STOPPED_WEEKS = STOPPED_DAYS // 7 + 2


@dataclass(frozen=True)
class Reporter:
    """One member within one week."""

    label: str
    """Four digits of the pseudonym, such as "7F3A"."""
    n_covers: int
    n_restored: int
    """How many of them a moderator showed again."""
    is_stopped: bool


@dataclass(frozen=True)
class ReportRow:
    """One report for a moderator; `reporter` is None where it is not of patient details."""

    report: Report
    reporter: Reporter | None


@dataclass(frozen=True)
class StoppedRow:
    """One member whose reports hide nothing until a day, for the moderators' list."""

    label: str
    until: Any
    key: str
    """The pseudonym as hexadecimal digits."""


def reporter_week(viewer: Viewer) -> bytes:
    """The viewer's pseudonym as a reporter of this week; 16 bytes."""
    return viewer.pseudonym(reporter_scope(to_week(timezone.localdate())))


def covers_left(viewer: Viewer) -> int:
    """How many reports of this member can still hide something today; 0 if they were stopped."""
    if is_stopped(viewer):
        return 0
    today = timezone.localdate()
    weeks = [viewer.pseudonym(reporter_scope(day)) for day in (today, today - _WEEK)]
    covers = Report.objects.filter(reporter_week__in=weeks)
    if viewer.is_newcomer:
        return max(0, MAX_COVERS_IN_FIRST_WEEK - covers.filter(covered_on__isnull=False).count())
    return max(0, MAX_COVERS_PER_DAY - covers.filter(covered_on=today).count())


def is_stopped(viewer: Viewer) -> bool:
    """Whether a moderator decided that this member's reports hide nothing."""
    today = timezone.localdate()
    weeks = [viewer.pseudonym(reporter_scope(today - _WEEK * n)) for n in range(_STOPPED_WEEKS)]
    stopped = StoppedReporter.objects.filter(reporter_week__in=weeks, until__gte=today)
    return stopped.exists()


def reports_of(item: ReportTarget) -> list[ReportRow]:
    """The newest 100 reports of a post, oldest first, with their reporters. Three statements."""
    newest = Report.objects.filter(target_id=item.pk).order_by("-reported_at", "-id")[:MAX_ROWS]
    reports = sorted(newest, key=lambda report: (report.reported_at, report.pk))
    known = _reporters({report.reporter_week for report in reports if report.reporter_week})
    return [ReportRow(report, known.get(report.reporter_week)) for report in reports]


def stopped_reporters() -> list[StoppedRow]:
    """Members whose reports hide nothing now."""
    rows = StoppedReporter.objects.filter(until__gte=timezone.localdate())[:MAX_ROWS]
    return [
        StoppedRow(_label(row.reporter_week), row.until, row.reporter_week.hex()) for row in rows
    ]


def _reporters(weeks: set[bytes]) -> dict[bytes, Reporter]:
    if not weeks:
        return {}
    today = timezone.localdate()
    stopped = set(
        StoppedReporter.objects.filter(reporter_week__in=weeks, until__gte=today).values_list(
            "reporter_week", flat=True
        )
    )
    rows = (
        Report.objects.filter(reporter_week__in=weeks)
        .order_by()
        .values("reporter_week")
        .annotate(
            n_covers=Count("pk", filter=Q(covered_on__isnull=False)),
            n_restored=Count("pk", filter=Q(cover=CoverState.RESTORED, covered_on__isnull=False)),
        )
    )
    return {
        bytes(row["reporter_week"]): Reporter(
            label=_label(bytes(row["reporter_week"])),
            n_covers=row["n_covers"],
            n_restored=row["n_restored"],
            is_stopped=row["reporter_week"] in stopped,
        )
        for row in rows
    }


def _label(week: bytes) -> str:
    return week.hex()[:_LABEL_LENGTH].upper()
