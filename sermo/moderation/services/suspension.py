"""Suspends an author in the sealed worker, which alone holds the moderation key."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core.coarse import to_hour
from sermo.members.services import suspend_member
from sermo.moderation.models import DecisionKind, ModerationDecision, Sanction, SanctionState
from sermo.moderation.services.authors import post_author_id


@transaction.atomic
def suspend_author(sanction_id: UUID) -> None:
    """Decrypt the author's id and suspend that member. Too late if the author is not stored.

    Claims the sanction (`skip_locked`) and does nothing if it is not confirmed, so a late or
    repeated call is safe.
    """
    sanction = (
        Sanction.objects.select_for_update(skip_locked=True)
        .filter(pk=sanction_id, state=SanctionState.CONFIRMED)
        .first()
    )
    if sanction is None:
        return
    author_id = post_author_id(sanction.target_kind, sanction.target_id)
    sanction.state = SanctionState.TOO_LATE if author_id is None else SanctionState.DONE
    sanction.done_at = to_hour(timezone.now())
    sanction.save(update_fields=["state", "done_at"])
    if author_id is not None:
        suspend_member(author_id)
        _record_suspension(sanction)


def _record_suspension(sanction: Sanction) -> None:
    ModerationDecision.objects.create(
        target_kind=sanction.target_kind,
        target_id=sanction.target_id,
        kind=DecisionKind.SUSPEND,
        reason=sanction.reason,
        note=sanction.note,
        moderator_id=sanction.requested_by_id,
        decided_at=to_hour(timezone.now()),
    )
    # The audit event names the sanction, not the member: it must not link an anonymous post to a
    # handle.
    record_audit_event(
        AuditAction.MEMBER_SUSPENDED,
        store="community",
        actor="sealed worker",
        target=f"sanction:{sanction.pk}",
        reason=sanction.reason,
    )


def due_sanctions() -> list[UUID]:
    """Confirmed sanctions whose task has not run yet, for example because a message was lost."""
    return list(Sanction.objects.filter(state=SanctionState.CONFIRMED).values_list("pk", flat=True))
