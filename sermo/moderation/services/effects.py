"""Hides and restores whatever can be reported, and records each decision."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Comment, Image
from cases.policies import author_identity
from cases.services import visibility
from polls.models import Poll
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core.coarse import to_hour, to_minute
from sermo.members.viewer import Viewer
from sermo.moderation.models import DecisionKind, ModerationDecision
from sermo.moderation.selectors.targets import (
    ReportTarget,
    authored_post,
    case_of,
    target_kind,
)
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify

_AUDIT = {
    DecisionKind.HIDE: AuditAction.POST_HIDDEN,
    DecisionKind.RESTORE: AuditAction.POST_RESTORED,
    DecisionKind.DISMISS: AuditAction.REPORT_DISMISSED,
    DecisionKind.CLOSE: AuditAction.DISCUSSION_CLOSED,
    DecisionKind.REOPEN: AuditAction.DISCUSSION_REOPENED,
    DecisionKind.COVER: AuditAction.WORDS_HIDDEN,
    DecisionKind.WITHDRAW: AuditAction.WORDS_SHOWN,
    DecisionKind.MEND: AuditAction.WORDS_SHOWN,
    DecisionKind.TAKE_DOWN: AuditAction.POST_HIDDEN,
}


def hide_target(item: ReportTarget) -> bool:
    """Hide the target; False if it was hidden already."""
    if isinstance(item, Case):
        return visibility.hide_case(case=item)
    if isinstance(item, Comment):
        return visibility.hide_comment(comment=item)
    if isinstance(item, Image):
        return visibility.hide_image(image=item)
    return bool(
        Poll.objects.filter(pk=item.pk, hidden_at__isnull=True).update(
            hidden_at=to_hour(timezone.now())
        )
    )


def restore_target(item: ReportTarget) -> bool:
    """Show the target again; False if it was not hidden."""
    if isinstance(item, Case):
        return visibility.restore_case(case=item)
    if isinstance(item, Comment):
        return visibility.restore_comment(comment=item)
    if isinstance(item, Image):
        return visibility.restore_image(image=item)
    return bool(Poll.objects.filter(pk=item.pk, hidden_at__isnull=False).update(hidden_at=None))


def record_decision(
    *,
    item: ReportTarget,
    kind: DecisionKind,
    reason: str,
    note: str,
    moderator: Viewer | None,
    key: UUID | None,
) -> None:
    """Save the decision and an audit event. `moderator` is None for an act of a member.

    Then the time is the hour, because it would tell when an anonymous author was at work.
    """
    now = timezone.now()
    decision = ModerationDecision(
        target_kind=target_kind(item),
        target_id=item.pk,
        kind=kind,
        reason=reason,
        note=note,
        moderator=moderator.member if moderator else None,
        decided_at=to_minute(now) if moderator else to_hour(now),
    )
    if key:
        decision.idempotency_key = key
    decision.save(force_insert=True)
    record_audit_event(
        _AUDIT[kind],
        store="community",
        actor=f"member:{moderator.member.pk}" if moderator else "system",
        target=f"{target_kind(item)}:{item.pk}",
        reason=reason,
    )


def notify_author_of_cover(item: ReportTarget) -> None:
    """Tell the author of a case, picture or comment where to correct it; polls: nobody."""
    post, case = authored_post(item), case_of(item)
    if post is None or case is None:
        return
    event = NewEvent(
        subject=case.pk,
        kind=EventKind.COVER,
        path=reverse("moderation:correct", args=[target_kind(item), item.public_id]),
        happened_at=to_hour(timezone.now()),
        comment_id=post.pk if isinstance(post, Comment) else None,
        addressee=author_identity(post),
    )
    notify(event)


def notify_author(item: ReportTarget) -> None:
    """Notify the author of a case or of its picture. Comments and polls: nobody is notified."""
    case = case_of(item)
    if case is None or isinstance(item, Comment):
        return
    event = NewEvent(
        subject=case.pk,
        kind=EventKind.MODERATION,
        path=case.get_absolute_url(),
        happened_at=to_hour(timezone.now()),
        addressee=author_identity(case),
    )
    notify(event)
