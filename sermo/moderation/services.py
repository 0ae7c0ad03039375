"""What members report and moderators decide. Each decision is logged; none names a person."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Case
from cases.services import visibility
from sermo.audit.actions import Action
from sermo.audit.services import record
from sermo.core.jobs import enqueue
from sermo.members.services import moderation_capsule
from sermo.members.tags import case_scope, report_scope
from sermo.members.viewer import Viewer
from sermo.moderation.errors import (
    OwnItem,
    SanctionClosed,
    SanctionPending,
    SecondModeratorNeeded,
)
from sermo.moderation.items import Item, kind_of
from sermo.moderation.models import (
    Act,
    Decision,
    Reason,
    Report,
    Sanction,
    SanctionState,
)

_AUDIT = {
    Act.HIDE: Action.ITEM_HIDDEN,
    Act.RESTORE: Action.ITEM_RESTORED,
    Act.DISMISS: Action.REPORT_DISMISSED,
    Act.CLOSE: Action.DISCUSSION_CLOSED,
}


@transaction.atomic
def report_item(*, viewer: Viewer, item: Item, reason: str, note: str) -> None:
    """One report for each member and item. A patient who could be identified hides it at once."""
    Report.objects.bulk_create(
        [
            Report(
                target_kind=kind_of(item),
                target_id=item.pk,
                reason=reason,
                note=note,
                reporter=viewer.tag(report_scope(item.pk)),
                reported_at=timezone.now().replace(minute=0, second=0, microsecond=0),
            )
        ],
        ignore_conflicts=True,
    )
    if reason == Reason.PATIENT and _hide(item):
        _log(item=item, act=Act.HIDE, reason=reason, note="", moderator=None, key=None)


@transaction.atomic
def decide(
    *, moderator: Viewer, item: Item, act: Act, reason: str, note: str, idempotency_key: UUID
) -> None:
    """Hide, restore, dismiss or close, once for each form sent; resolves the item's reports."""
    _refuse_own(moderator, item)
    if Decision.objects.filter(idempotency_key=idempotency_key).exists():
        return
    if act == Act.HIDE:
        _hide(item)
    elif act == Act.RESTORE:
        _restore(item)
    elif act == Act.CLOSE:
        visibility.close_discussion(case=_case(item))
    Report.objects.filter(target_id=item.pk, resolved_at__isnull=True).update(
        resolved_at=timezone.now()
    )
    _log(item=item, act=act, reason=reason, note=note, moderator=moderator, key=idempotency_key)


@transaction.atomic
def ask_suspension(*, moderator: Viewer, item: Item, reason: str, note: str) -> Sanction:
    """Suspend the author. A named one at once; an anonymous one when a second moderator agrees.

    The capsule goes to the sealed worker, which alone can open it. Raises `SanctionPending`.
    """
    _refuse_own(moderator, item)
    named = item.author_id is not None
    capsule = moderation_capsule(item.author_id) if item.author_id else item.moderation_capsule
    try:
        with transaction.atomic():
            sanction = Sanction.objects.create(
                target_kind=kind_of(item),
                target_id=item.pk,
                capsule=capsule,
                reason=reason,
                note=note,
                state=SanctionState.CONFIRMED if named else SanctionState.ASKED,
                asked_by=moderator.member,
                asked_at=timezone.now().replace(minute=0, second=0, microsecond=0),
            )
    except IntegrityError:
        raise SanctionPending from None
    record(
        Action.SANCTION_ASKED,
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
    """The second moderator's word. Raises `SecondModeratorNeeded`, `SanctionClosed`."""
    sanction = Sanction.objects.select_for_update().get(pk=sanction.pk)
    if sanction.asked_by_id == moderator.member.pk:
        raise SecondModeratorNeeded
    state = SanctionState.CONFIRMED if agrees else SanctionState.REFUSED
    if sanction.state != SanctionState.ASKED:
        if sanction.confirmed_by_id == moderator.member.pk and sanction.state in {
            state,
            SanctionState.DONE,
        }:
            return
        raise SanctionClosed
    sanction.state = state
    sanction.confirmed_by = moderator.member
    sanction.save(update_fields=["state", "confirmed_by"])
    record(
        Action.SANCTION_CONFIRMED if agrees else Action.SANCTION_REFUSED,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"sanction:{sanction.pk}",
        reason=sanction.reason,
    )
    if agrees:
        enqueue("sealed.suspend", str(sanction.pk))


def _refuse_own(moderator: Viewer, item: Item) -> None:
    case = _case(item)
    own_tag = moderator.tag(case_scope(case.pk))
    if item.author_id == moderator.member.pk or item.tag == own_tag:
        raise OwnItem


def _case(item: Item) -> Case:
    return item if isinstance(item, Case) else item.case


def _hide(item: Item) -> bool:
    if isinstance(item, Case):
        return visibility.hide_case(case=item)
    return visibility.hide_comment(comment=item)


def _restore(item: Item) -> bool:
    if isinstance(item, Case):
        return visibility.restore_case(case=item)
    return visibility.restore_comment(comment=item)


def _log(
    *, item: Item, act: Act, reason: str, note: str, moderator: Viewer | None, key: UUID | None
) -> None:
    decision = Decision(
        target_kind=kind_of(item),
        target_id=item.pk,
        act=act,
        reason=reason,
        note=note,
        moderator=moderator.member if moderator else None,
        decided_at=timezone.now().replace(second=0, microsecond=0),
    )
    if key:
        decision.idempotency_key = key
    decision.save(force_insert=True)
    record(
        _AUDIT[act],
        store="community",
        actor=f"member:{moderator.member.pk}" if moderator else "system",
        target=f"{kind_of(item)}:{item.pk}",
        reason=reason,
    )
