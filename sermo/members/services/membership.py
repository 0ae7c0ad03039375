"""The community's side of a membership."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sermo.blinded_rows.table import MissingRowError
from sermo.core.identifiers import compose
from sermo.members.encryption.notice_keys import notice_public_key
from sermo.members.errors import HandleTaken, InvalidHandle
from sermo.members.models import Member
from sermo.members.pseudonyms import handles
from sermo.members.records import (
    HANDLE_RESERVATIONS,
    MEMBER_RECORDS,
    PendingMember,
    Record,
    all_records,
    change_record,
    encode,
    load_record,
    reservation_name,
)
from sermo.members.services.author_capsules import renew_author_capsules
from sermo.members.services.member_rows import lock_member_row
from sermo.members.viewer import Viewer
from sermo.members.viewer.private_state import create_private_state


@transaction.atomic
def issue_membership(
    *,
    member_id: UUID,
    handle: str,
    wants_mail: bool,
    identity_escrow: bytes,
    secret: bytes,
) -> None:
    """Write the record and reserve the handle. Of the person, this store learns nothing.

    The member has no row yet (`ensure_member_row`). Raises `InvalidHandle`, `HandleTaken`.
    """
    if not handles.is_well_formed(handle) or handles.is_reserved(handle):
        raise InvalidHandle
    key = handles.confusable_skeleton(handle)
    # A reservation ends only when the row exists, so the row is looked for after it.
    if not HANDLE_RESERVATIONS.insert(reservation_name(key), member_id.bytes):
        raise HandleTaken
    if Member.objects.filter(handle_key=key).exists():
        raise HandleTaken
    pending = PendingMember(
        handle, key, wants_mail, notice_public_key(secret), entered_on=timezone.localdate()
    )
    record = Record(identity_escrow=identity_escrow, pending=pending, entered_on=pending.entered_on)
    MEMBER_RECORDS.insert(member_id.bytes, encode(record))
    create_private_state(secret)


def has_record(member_id: UUID) -> bool:
    """Whether this store knows the member. One statement."""
    return load_record(member_id) is not None


def suspend_member(member_id: UUID) -> None:
    """From the next request on, the member can neither read nor write. Only the record shows it.

    Idempotent; nothing happens for the random id of somebody who has left.
    """
    with contextlib.suppress(MissingRowError):
        change_record(member_id, lambda record: replace(record, is_banned=True))


def member_with_handle(handle: str) -> UUID | None:
    """The member who has this handle or has chosen it, in any spelling; None if nobody has."""
    composed = compose(handle)
    key = handles.confusable_skeleton(composed)
    row = Member.objects.filter(Q(handle=composed) | Q(handle_key=key)).only("pk").first()
    if row is not None:
        return row.pk
    reserved = HANDLE_RESERVATIONS.get(reservation_name(key))
    return next((UUID(bytes=member_id) for member_id in reserved.values()), None)


def lift_suspension(member_id: UUID) -> None:
    """The member can read and write again. Idempotent."""
    with contextlib.suppress(MissingRowError):
        change_record(member_id, lambda record: replace(record, is_banned=False))


def end_membership(viewer: Viewer) -> None:
    """Leaving: every session of the member ends at its next request. Idempotent."""
    today = timezone.localdate()
    with contextlib.suppress(MissingRowError):
        change_record(
            viewer.member.pk, lambda record: replace(record, left_on=record.left_on or today)
        )


def disown_leavers() -> int:
    """Nightly, in the sealed worker: encrypt all author capsules anew; how many members left.

    Those who left before today are taken out of their capsules, and their records are deleted. Who
    leaves while this runs waits for the next night, so that it may be broken off and continued.
    """
    today = timezone.localdate()
    left = {
        member_id
        for member_id, record in all_records()
        if record.left_on is not None and record.left_on < today
    }
    renew_author_capsules(left=left)
    MEMBER_RECORDS.delete(*(member_id.bytes for member_id in left))
    return len(left)


def identity_escrow_of(member_id: UUID) -> bytes:
    """The packed escrow; empty for somebody who has left."""
    record = load_record(member_id)
    return record.identity_escrow if record else b""


def replace_identity_escrow(*, member_id: UUID, identity_escrow: bytes) -> None:
    """Store the escrow that was encrypted again because a custodian key has changed."""
    with contextlib.suppress(MissingRowError):
        change_record(member_id, lambda record: replace(record, identity_escrow=identity_escrow))


@transaction.atomic
def set_wants_mail(*, viewer: Viewer, wants_mail: bool) -> None:
    """Turn e-mail notifications on or off: in the row, or in the record until there is a row."""
    member_id = viewer.member.pk
    lock_member_row(member_id)
    if Member.objects.filter(pk=member_id).update(wants_mail=wants_mail):
        return

    def change(record: Record) -> Record:
        pending = record.pending and replace(record.pending, wants_mail=wants_mail)
        return replace(record, pending=pending)

    with contextlib.suppress(MissingRowError):
        change_record(member_id, change)
