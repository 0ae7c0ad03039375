"""Members whose reports hide nothing: stopped and allowed again by a moderator.

A member is known by a pseudonym of the week, which only the own session computes. So no row says
who reports, and moderators still see who reports without need.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core.advisory_lock import lock_until_commit
from sermo.core.coarse import to_week
from sermo.members.viewer import Viewer
from sermo.moderation.models import Report, StoppedReporter
from sermo.moderation.selectors.reporters import STOPPED_DAYS, reporter_week
from sermo.moderation.selectors.targets import ReportTarget
from sermo.moderation.services.own_case import refuse_own_case


def lock_reporter(viewer: Viewer) -> None:
    """Two reports of one member count one after the other; until the commit."""
    lock_until_commit(f"reporter:{reporter_week(viewer).hex()}")


@transaction.atomic
def stop_reporter(*, moderator: Viewer, report: Report, item: ReportTarget) -> None:
    """From now on the reports of this member hide nothing, for 90 days. Idempotent.

    Raises `OwnPost` and `OwnReport`: nobody decides about who reported their post.
    """
    refuse_own_case(moderator, item)
    StoppedReporter.objects.filter(until__lt=timezone.localdate()).delete()
    until = to_week(timezone.localdate() + dt.timedelta(days=STOPPED_DAYS))
    stopped = StoppedReporter.objects.get_or_create(
        reporter_week=report.reporter_week, defaults={"until": until}
    )
    if stopped[1]:
        _record(AuditAction.REPORTER_STOPPED, moderator)


@transaction.atomic
def resume_reporter(*, moderator: Viewer, reporter: bytes) -> None:
    """Let the reports of this member hide something again. Idempotent."""
    if StoppedReporter.objects.filter(reporter_week=reporter).delete()[0]:
        _record(AuditAction.REPORTER_RESUMED, moderator)


def _record(action: AuditAction, moderator: Viewer) -> None:
    """Without the reporter: beside the reports it would tell which reporter was stopped."""
    record_audit_event(
        action, store="community", actor=f"member:{moderator.member.pk}", target="a reporter"
    )
