"""What moderators decide about a reported post."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.services import visibility
from polls.models import Poll
from sermo.members.pseudonyms import case_scope
from sermo.members.viewer import Viewer
from sermo.moderation.errors import OwnPost
from sermo.moderation.models import DecisionKind, ModerationDecision, Report
from sermo.moderation.selectors.targets import ReportTarget, authored_post, case_of
from sermo.moderation.services.effects import (
    hide_target,
    notify_author,
    record_decision,
    restore_target,
)


@transaction.atomic
def decide(
    *,
    moderator: Viewer,
    item: ReportTarget,
    kind: DecisionKind,
    reason: str,
    note: str,
    idempotency_key: UUID,
) -> None:
    """Hide, restore, dismiss or close, once for each idempotency key; resolve the post's reports.

    Raises `OwnPost` if the moderator wrote the post.
    """
    refuse_own_post(moderator, item)
    if ModerationDecision.objects.filter(idempotency_key=idempotency_key).exists():
        return
    case = case_of(item)
    changed = False
    if kind == DecisionKind.HIDE:
        changed = hide_target(item)
    elif kind == DecisionKind.RESTORE:
        changed = restore_target(item)
    elif kind == DecisionKind.CLOSE and case is not None:
        visibility.close_discussion(case=case)
    Report.objects.filter(target_id=item.pk, resolved_at__isnull=True).update(
        resolved_at=timezone.now()
    )
    record_decision(
        item=item, kind=kind, reason=reason, note=note, moderator=moderator, key=idempotency_key
    )
    if changed:
        notify_author(item)


def refuse_own_post(moderator: Viewer, item: ReportTarget) -> None:
    """Raises `OwnPost` if the moderator wrote it, also anonymously."""
    post = authored_post(item)
    if post is None:
        if isinstance(item, Poll) and item.asked_by_id == moderator.member.pk:
            raise OwnPost
        return
    case = case_of(post)
    own_pseudonym = moderator.pseudonym(case_scope(case.pk)) if case else b""
    if post.author_id == moderator.member.pk or post.pseudonym == own_pseudonym:
        raise OwnPost
