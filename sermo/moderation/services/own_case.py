"""Nobody decides about their own post or their own report."""

from __future__ import annotations

from sermo.members.pseudonyms import report_scope
from sermo.members.viewer import Viewer
from sermo.moderation.errors import OwnPost, OwnReport
from sermo.moderation.models import Report
from sermo.moderation.selectors.targets import ReportTarget, is_own_post


def refuse_own_case(moderator: Viewer, item: ReportTarget) -> None:
    """Raises `OwnPost` if the moderator wrote it, `OwnReport` if their report of it is open."""
    if is_own_post(moderator, item):
        raise OwnPost
    reporter = moderator.pseudonym(report_scope(item.pk))
    own = Report.objects.filter(target_id=item.pk, reporter=reporter, resolved_at__isnull=True)
    if own.exists():
        raise OwnReport
