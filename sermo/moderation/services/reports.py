"""Reports by members that hide nothing. Reports of patient details: `covers`."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from sermo.core.coarse import to_hour
from sermo.core.quotas import REPORTS
from sermo.members.pseudonyms import report_scope
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer
from sermo.moderation.models import Report
from sermo.moderation.selectors.targets import ReportTarget, target_kind
from sermo.moderation.services.hidden_words import lock_post

MAX_NOTE_LENGTH = 1000


@transaction.atomic
def report_target(*, viewer: Viewer, item: ReportTarget, reason: str, note: str) -> None:
    """Report a post once for each member and reason; a later report adds its note to the open one.

    After a moderator has answered it, a report of the same member is a new one. Raises
    `QuotaReached` after many reports by one member.
    """
    spend_quota(viewer=viewer, quota=REPORTS)
    lock_post(item)
    reporter = viewer.pseudonym(report_scope(item.pk))
    report = Report.objects.filter(
        target_id=item.pk, reporter=reporter, reason=reason, resolved_at__isnull=True
    ).first()
    if report is None:
        Report.objects.create(
            target_kind=target_kind(item),
            target_id=item.pk,
            reason=reason,
            note=note,
            reporter=reporter,
            reported_at=to_hour(timezone.now()),
        )
    elif note and note not in report.note:
        report.note = f"{report.note}\n{note}".strip()[:MAX_NOTE_LENGTH]
        report.save(update_fields=["note"])
