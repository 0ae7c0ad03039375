"""Reports by members. A report of patient details hides the post until a moderator decides."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sermo.core.coarse import to_hour
from sermo.core.http import within_rate
from sermo.members.pseudonyms import report_rate_scope, report_scope
from sermo.members.viewer import Viewer
from sermo.moderation.errors import TooManyReports
from sermo.moderation.models import DecisionKind, ModerationDecision, Report, ReportReason
from sermo.moderation.selectors.targets import ReportTarget, target_kind
from sermo.moderation.services.effects import hide_target, notify_author, record_decision

MAX_REPORTS_PER_HOUR = 12


@transaction.atomic
def report_target(*, viewer: Viewer, item: ReportTarget, reason: str, note: str) -> None:
    """Report a post once for each member; a later report adds its note to the first.

    A report that a patient could be identified hides the post and notifies its author. After a
    moderator decided that the post stays, such a report hides nothing. Raises `TooManyReports`
    after 12 reports by one member in an hour of the clock.
    """
    reporter = viewer.pseudonym(report_scope(item.pk))
    own_report = Report.objects.filter(target_id=item.pk, reporter=reporter)
    if own_report.exists():
        _add_to_report(own_report, reason, note)
    else:
        _refuse_too_many(viewer)
        _save_report(item, reporter, reason, note)
    if reason == ReportReason.PATIENT and not _was_cleared_by_moderator(item) and hide_target(item):
        record_decision(
            item=item, kind=DecisionKind.HIDE, reason=reason, note="", moderator=None, key=None
        )
        notify_author(item)


def _refuse_too_many(viewer: Viewer) -> None:
    """Raises `TooManyReports`. The counter's pseudonym is used for this hour and nothing else."""
    reporter = viewer.pseudonym(report_rate_scope(to_hour(timezone.now()))).hex()
    if not within_rate("report", reporter, limit=MAX_REPORTS_PER_HOUR, seconds=3600):
        raise TooManyReports


def _add_to_report(own_report: QuerySet[Report], reason: str, note: str) -> None:
    if note:
        own_report.update(note=note)
    if reason == ReportReason.PATIENT:  # the more serious of two reasons is kept
        own_report.exclude(reason=reason).update(reason=reason)


def _save_report(item: ReportTarget, reporter: bytes, reason: str, note: str) -> None:
    report = Report(
        target_kind=target_kind(item),
        target_id=item.pk,
        reason=reason,
        note=note,
        reporter=reporter,
        reported_at=to_hour(timezone.now()),
    )
    Report.objects.bulk_create([report], ignore_conflicts=True)


def _was_cleared_by_moderator(item: ReportTarget) -> bool:
    """Whether a moderator restored it or dismissed a report, so that no report hides it again."""
    decisions = ModerationDecision.objects.filter(
        target_id=item.pk, kind__in=[DecisionKind.RESTORE, DecisionKind.DISMISS]
    )
    return decisions.filter(moderator__isnull=False).exists()
