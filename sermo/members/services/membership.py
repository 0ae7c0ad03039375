"""The community's side of a membership."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from sermo.core import coarse
from sermo.members.encryption.notice_keys import notice_public_key
from sermo.members.errors import HandleTaken, InvalidHandle
from sermo.members.models import Member
from sermo.members.pseudonyms import handles
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
) -> Member:
    """Create the member. Of the person, this store learns nothing.

    Raises `InvalidHandle`, `HandleTaken`.
    """
    if not handles.is_well_formed(handle) or handles.is_reserved(handle):
        raise InvalidHandle
    member = Member(
        id=member_id,
        handle=handle,
        handle_key=handles.confusable_skeleton(handle),
        wants_mail=wants_mail,
        identity_escrow=identity_escrow,
        notice_public_key=notice_public_key(secret),
    )
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:
        raise HandleTaken from None
    create_private_state(secret)
    return member


def is_suspended(*, member_id: UUID, secret: bytes) -> bool:
    """Whether the member is suspended; called at sign-in.

    A member without a public key for notices gets one: here alone is the secret known.
    """
    Member.objects.filter(pk=member_id, notice_public_key=b"").update(
        notice_public_key=notice_public_key(secret)
    )
    return Member.objects.filter(pk=member_id, suspended_at__isnull=False).exists()


def suspend_member(member_id: UUID) -> None:
    """From now on the member can neither read nor write. The month is stored, not the day.

    Idempotent.
    """
    month = coarse.to_month(timezone.localdate())
    Member.objects.filter(pk=member_id, suspended_at__isnull=True).update(suspended_at=month)


def replace_identity_escrow(*, member_id: UUID, identity_escrow: bytes) -> None:
    """Store the escrow that was encrypted again because a custodian key has changed."""
    Member.objects.filter(pk=member_id).update(identity_escrow=identity_escrow)


@transaction.atomic
def set_wants_mail(*, viewer: Viewer, wants_mail: bool) -> None:
    """Turn e-mail notifications on or off."""
    Member.objects.filter(pk=viewer.member.pk).update(wants_mail=wants_mail)
