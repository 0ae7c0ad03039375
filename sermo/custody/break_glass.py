"""Break-glass: one contribution, opened to one person, by two of three custodians.

An audit record stands before anything is opened; the member is told; the public count goes up.
No row and no record of either store joins the item, or its number here, to the person it names.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import User
from sermo.audit.models import AuditAction
from sermo.audit.services import first_broken_position, record_audit_event
from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.custody import ceremony, custodians
from sermo.custody.ceremony import Errand, Refused
from sermo.members import notices
from sermo.members.models import Member
from sermo.members.services import decrypt_member_id, unpack_identity_escrow
from sermo.moderation.models import AuthorDisclosure, DisclosureState
from sermo.moderation.selectors import targets
from sermo.moderation.selectors.targets import AuthoredPost

PURPOSE = "unsealing"
REASON_LETTERS = 40
MOST_HOURS = 72
MOST_DAYS_HELD = 366


@dataclass(frozen=True)
class Named:
    """Who wrote it, for the one person who may know."""

    name: str
    email: str


def ask(
    *,
    item: AuthoredPost,
    reason: str,
    requester: custodians.Holder,
    pair: str,
    recipient: bytes,
    hours: int,
    notify_on: dt.date | None = None,
) -> AuthorDisclosure:
    """Begin: a written reason, one item, one person, an end. Raises `Refused`."""
    custodians.refuse_custodian(requester)
    if len(reason.strip()) < REASON_LETTERS:
        raise Refused(f"Write the reason down, in {REASON_LETTERS} letters or more.")
    if pair not in ceremony.PAIRS:
        raise Refused("There are three pairs of custodians: 1-2, 1-3 and 2-3.")
    if not 1 <= hours <= MOST_HOURS:
        raise Refused(f"A request ends after 1 to {MOST_HOURS} hours.")
    if notify_on and not timezone.localdate() < notify_on <= timezone.localdate() + dt.timedelta(
        MOST_DAYS_HELD
    ):
        raise Refused("A legal hold ends on a day within the year to come.")
    refuse_broken_chain()
    unsealing = AuthorDisclosure(
        target_kind=targets.target_kind(item),
        target_id=item.pk,
        encrypted_request=_close(reason.strip(), requester),
        pair=pair,
        recipient=recipient,
        requested_at=timezone.now(),
        expires_at=timezone.now() + dt.timedelta(hours=hours),
        notify_on=notify_on,
    )
    # The record first, and by itself: a request that fails after this was still asked.
    record_audit_event(
        AuditAction.DISCLOSURE_REQUESTED,
        store="community",
        actor="operator",
        target=f"unsealing:{unsealing.pk}",
        details={"kind": unsealing.target_kind, "custodians": pair, "held": bool(notify_on)},
    )
    with transaction.atomic():
        unsealing.save(force_insert=True)
        enqueue("sealed.lay_out_opening", str(unsealing.pk))
    return unsealing


def refuse_broken_chain() -> None:
    """Nothing is opened over a record that was changed. Raises `Refused`."""
    if first_broken_position("community") or first_broken_position("identity"):
        raise Refused("The audit record was changed: nothing is opened before that is explained.")


@transaction.atomic
def lay_out(unsealing_id: UUID) -> None:
    """In the sealed worker: take off the outer layer of the author's escrow. Twice is once."""
    unsealing = (
        AuthorDisclosure.objects.select_for_update(skip_locked=True)
        .filter(pk=unsealing_id, state=DisclosureState.REQUESTED, expires_at__gt=timezone.now())
        .first()
    )
    if unsealing is None:
        return
    author = _author_of(unsealing)
    member = Member.objects.filter(pk=author).first() if author else None
    box = (
        unpack_identity_escrow(bytes(member.identity_escrow)).get(unsealing.pair)
        if member
        else None
    )
    if box is None:  # whoever has left is nobody, for ever
        unsealing.state = DisclosureState.EXPIRED
    else:
        unsealing.ciphertext = crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, box)
        unsealing.state = DisclosureState.READY
    unsealing.save(update_fields=["ciphertext", "state"])


def take(unsealing: AuthorDisclosure) -> Errand:
    """The file for the first custodian. Raises `Refused` until the sealed worker has been."""
    if unsealing.state != DisclosureState.READY:
        raise Refused(f"There is nothing to hand out: {unsealing.get_state_display()}.")
    return ceremony.new_errand(
        id=unsealing.pk.hex,
        purpose=ceremony.OPENING,
        pair=unsealing.pair,
        expires_at=unsealing.expires_at,
        recipient=bytes(unsealing.recipient),
        box=bytes(unsealing.ciphertext),
    )


def open_(*, unsealing: AuthorDisclosure, errand: Errand, private: bytes) -> Named:
    """What two custodians brought, to the person who asked. Once only. Raises `Refused`."""
    if errand.id != unsealing.pk.hex or errand.purpose != ceremony.OPENING:
        raise Refused("This file belongs to another request.")
    if unsealing.expires_at <= timezone.now():
        raise Refused("This request has expired; a new one needs a new reason.")
    user_id = UUID(bytes=ceremony.read_answer(errand, private))
    refuse_broken_chain()
    record_audit_event(
        AuditAction.DISCLOSURE_COMPLETED,
        store="community",
        actor="operator",
        target=f"unsealing:{unsealing.pk}",
    )
    _count(unsealing)
    # Without a number: beside the community's record it would say whose the item is.
    record_audit_event(
        AuditAction.PERSON_DISCLOSED, store="identity", actor="operator", target="a person"
    )
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise Refused("The account behind it has been deleted.")
    return Named(accounts.real_name(user), user.email)


@transaction.atomic
def _count(unsealing: AuthorDisclosure) -> None:
    opened = AuthorDisclosure.objects.filter(pk=unsealing.pk, state=DisclosureState.READY).update(
        state=DisclosureState.OPENED,
        ciphertext=b"",
        opened_month=timezone.localdate().replace(day=1),
    )
    if not opened:
        raise Refused("This request was opened already, or has ended.")
    enqueue("sealed.tell_opened", str(unsealing.pk))


@transaction.atomic
def tell(unsealing_id: UUID) -> None:
    """In the sealed worker: a notice that only the member opens, now or after a legal hold."""
    unsealing = (
        AuthorDisclosure.objects.select_for_update(skip_locked=True)
        .filter(pk=unsealing_id, state=DisclosureState.OPENED, is_notified=False)
        .first()
    )
    today = timezone.localdate()
    if unsealing is None or (unsealing.notify_on and unsealing.notify_on > today):
        return
    found = targets.posts_by_id({(unsealing.target_kind, unsealing.target_id)})
    said = {
        "kind": "opened",
        "path": found[unsealing.target_id].get_absolute_url(),
        "month": str(unsealing.opened_month),
        "held_until": str(unsealing.notify_on or ""),
    }
    author = _author_of(unsealing)
    if author is None or notices.leave_notice(author, said):
        AuthorDisclosure.objects.filter(pk=unsealing.pk).update(is_notified=True)


def due() -> tuple[list[UUID], list[UUID]]:
    """What lost messages and legal holds left behind: to lay out, and to tell."""
    now = timezone.now()
    AuthorDisclosure.objects.filter(
        state__in=[DisclosureState.REQUESTED, DisclosureState.READY], expires_at__lte=now
    ).update(state=DisclosureState.EXPIRED, ciphertext=b"")
    asked = AuthorDisclosure.objects.filter(state=DisclosureState.REQUESTED)
    untold = AuthorDisclosure.objects.filter(state=DisclosureState.OPENED, is_notified=False)
    return list(asked.values_list("pk", flat=True)), list(untold.values_list("pk", flat=True))


def _author_of(unsealing: AuthorDisclosure) -> UUID | None:
    item = targets.posts_by_id({(unsealing.target_kind, unsealing.target_id)}).get(
        unsealing.target_id
    )
    if item is None:
        return None
    if item.author_id is not None:
        return item.author_id
    return decrypt_member_id(bytes(item.encrypted_member_id or b""))


def _close(reason: str, requester: custodians.Holder) -> bytes:
    said = json.dumps({"reason": reason, **asdict(requester)}).encode()
    return crypto.encrypt_with_named_key(keys.KeyName.FIELD, PURPOSE, crypto.pad(said, 8192))


def request_of(unsealing: AuthorDisclosure) -> dict[str, str]:
    """The written reason, and who asked."""
    box = crypto.decrypt_with_named_key(
        keys.KeyName.FIELD, PURPOSE, bytes(unsealing.encrypted_request)
    )
    told: dict[str, str] = json.loads(crypto.unpad(box))
    return told
