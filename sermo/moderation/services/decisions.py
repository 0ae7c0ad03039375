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
    """Hide, restore, dismiss or close, once for each form; resolves the reports of the post.

    Raises `OwnPost` if the moderator wrote it.
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
    answers = authored_post(item)
    if answers is None:
        if isinstance(item, Poll) and item.asked_by_id == moderator.member.pk:
            raise OwnPost
        return
    case = case_of(answers)
    own_tag = moderator.pseudonym(case_scope(case.pk)) if case else b""
    if answers.author_id == moderator.member.pk or answers.pseudonym == own_tag:
        raise OwnPost
