"""Reports by members. A report of patient details hides the post until a moderator decides."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sermo.core.coarse import to_hour
from sermo.core.quotas import REPORTS
from sermo.members.pseudonyms import report_scope
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer
from sermo.moderation.models import DecisionKind, ModerationDecision, Report, ReportReason
from sermo.moderation.selectors.targets import ReportTarget, target_kind
from sermo.moderation.services.effects import hide_target, notify_author, record_decision


@transaction.atomic
def report_target(*, viewer: Viewer, item: ReportTarget, reason: str, note: str) -> None:
    """Report a post once for each member; a later report adds its note to the first.

    A report that a patient could be identified hides the post and notifies its author. After a
    moderator decided that the post stays, such a report hides nothing. Raises `QuotaReached`
    after many reports by one member.
    """
    reporter = viewer.pseudonym(report_scope(item.pk))
    own_report = Report.objects.filter(target_id=item.pk, reporter=reporter)
    if own_report.exists():
        _add_to_report(own_report, reason, note)
    else:
        spend_quota(viewer=viewer, quota=REPORTS)
        _save_report(item, reporter, reason, note)
    if reason == ReportReason.PATIENT and not _was_cleared_by_moderator(item) and hide_target(item):
        record_decision(
            item=item, kind=DecisionKind.HIDE, reason=reason, note="", moderator=None, key=None
        )
        notify_author(item)


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
