"""Suspending the author of a post. For an anonymous post two moderators must agree."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core.coarse import to_hour
from sermo.core.jobs import enqueue
from sermo.members.viewer import Viewer
from sermo.moderation.errors import (
    AuthorUnknown,
    SanctionAlreadyDecided,
    SecondModeratorNeeded,
    SuspensionAlreadyRequested,
)
from sermo.moderation.models import Sanction, SanctionState
from sermo.moderation.selectors.targets import AuthoredPost, is_author_stored, target_kind
from sermo.moderation.services.own_case import refuse_own_case


@transaction.atomic
def request_suspension(
    *, moderator: Viewer, item: AuthoredPost, reason: str, note: str
) -> Sanction:
    """Suspend the author: a named one now, an anonymous one when a second moderator agrees.

    The sealed worker does it, which alone can decrypt an author capsule. Raises `OwnPost` if the
    moderator wrote the post, `OwnReport` if they reported it, `AuthorUnknown` if it is too old,
    `SuspensionAlreadyRequested` if a request is open.
    """
    refuse_own_case(moderator, item)
    named = item.author_id is not None
    if not is_author_stored(item):
        raise AuthorUnknown
    try:
        with transaction.atomic():
            sanction = Sanction.objects.create(
                target_kind=target_kind(item),
                target_id=item.pk,
                reason=reason,
                note=note,
                state=SanctionState.CONFIRMED if named else SanctionState.REQUESTED,
                requested_by=moderator.member,
                requested_at=to_hour(timezone.now()),
            )
    except IntegrityError:
        raise SuspensionAlreadyRequested from None
    record_audit_event(
        AuditAction.SANCTION_REQUESTED,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"sanction:{sanction.pk}",
        reason=reason,
    )
    if named:
        enqueue("sealed.suspend", str(sanction.pk))
    return sanction


@transaction.atomic
def answer_sanction(*, moderator: Viewer, sanction: Sanction, agrees: bool) -> None:
    """Confirm or refuse a suspension; a repeated answer changes nothing.

    Locks the sanction. Raises `SecondModeratorNeeded` if the moderator requested the suspension,
    `SanctionAlreadyDecided` if another answer was given.
    """
    sanction = Sanction.objects.select_for_update().get(pk=sanction.pk)
    if sanction.requested_by_id == moderator.member.pk:
        raise SecondModeratorNeeded
    state = SanctionState.CONFIRMED if agrees else SanctionState.REFUSED
    if sanction.state != SanctionState.REQUESTED:
        if sanction.confirmed_by_id == moderator.member.pk and sanction.state in {
            state,
            SanctionState.DONE,
        }:
            return
        raise SanctionAlreadyDecided
    sanction.state = state
    sanction.confirmed_by = moderator.member
    sanction.save(update_fields=["state", "confirmed_by"])
    record_audit_event(
        AuditAction.SANCTION_CONFIRMED if agrees else AuditAction.SANCTION_REFUSED,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"sanction:{sanction.pk}",
        reason=sanction.reason,
    )
    if agrees:
        enqueue("sealed.suspend", str(sanction.pk))
