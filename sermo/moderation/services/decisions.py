"""What moderators decide about a reported post."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.services import visibility
from sermo.core.errors import SentBefore
from sermo.members.viewer import Viewer
from sermo.moderation.models import (
    CoverState,
    DecisionKind,
    ModerationDecision,
    Report,
    ReportReason,
)
from sermo.moderation.selectors.covers import is_covered
from sermo.moderation.selectors.targets import ReportTarget, case_of
from sermo.moderation.services.covers import HIDING, show_marked, take_down
from sermo.moderation.services.effects import notify_author, record_decision, restore_target
from sermo.moderation.services.hidden_words import lock_post
from sermo.moderation.services.own_case import refuse_own_case


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
    """Hide, restore, dismiss, close or open again, once for each idempotency key.

    The reports that it answers are resolved. To dismiss a report that hides something is to show
    the post again. Raises `OwnPost` if the moderator wrote the post, `OwnReport` if they reported
    it, `SentBefore` if the key came with another decision.
    """
    lock_post(item)
    sent = ModerationDecision.objects.filter(idempotency_key=idempotency_key).first()
    if sent is not None:
        if (sent.target_id, sent.reason, sent.note) != (item.pk, reason, note):
            raise SentBefore
        return
    refuse_own_case(moderator, item)
    if kind == DecisionKind.DISMISS and is_covered(item):
        kind = DecisionKind.RESTORE
    changed = _apply(item, kind)
    _resolve(item, kind)
    record_decision(
        item=item, kind=kind, reason=reason, note=note, moderator=moderator, key=idempotency_key
    )
    if changed:
        notify_author(item)


def _apply(item: ReportTarget, kind: DecisionKind) -> bool:
    """Whether readers now see something else of the post."""
    case = case_of(item)
    if kind == DecisionKind.HIDE:
        return take_down(item)
    if kind == DecisionKind.RESTORE:
        was_covered = is_covered(item)
        show_marked(item)
        return restore_target(item) or was_covered
    if kind == DecisionKind.CLOSE and case is not None:
        visibility.close_discussion(case=case)
    if kind == DecisionKind.REOPEN and case is not None:
        visibility.open_discussion(case=case)
    return False


def _resolve(item: ReportTarget, kind: DecisionKind) -> None:
    """Resolve the reports that are answered: closing the discussion answers no patient details.

    A post that stays visible is marked on its reports of patient details, so that the same words do
    not hide it again.
    """
    answered = Report.objects.filter(target_id=item.pk, resolved_at__isnull=True)
    if kind in {DecisionKind.CLOSE, DecisionKind.REOPEN}:
        answered = answered.exclude(reason=ReportReason.PATIENT)
    if kind in {DecisionKind.RESTORE, DecisionKind.DISMISS}:
        answered.filter(reason=ReportReason.PATIENT, cover=CoverState.NONE).update(
            cover=CoverState.RESTORED
        )
        Report.objects.filter(target_id=item.pk, cover__in=HIDING).update(cover=CoverState.RESTORED)
    answered.update(resolved_at=timezone.now())
