"""What the two stores may ask of each other, and how an item is signed."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sermo.core import crypto, keys
from sermo.core.errors import DomainError
from sermo.members import notices, pseudonyms
from sermo.members.credential_lines.k_anonymity import CredentialLine, generalise_until_allowed
from sermo.members.models import Member, ShownAs
from sermo.members.pseudonyms import handles
from sermo.members.viewer import Viewer

PADDED_MEMBER_ID_BYTES = 64
PADDED_CONTACT_EMAIL_BYTES = 320
CUSTODIAN_PAIRS = ("1-2", "1-3", "2-3")


class RealNameUnavailable(DomainError):
    status = 422
    sentence = _(
        "Your verified name is not known in this session. Sign in again with your password."
    )


def authorship_fields(
    *, viewer: Viewer, scope: str, shown_as: str, urgent: bool = False
) -> dict[str, Any]:
    """The `Authored` fields of something this member says, under the identity they chose.

    Anonymous: the tag of the scope, the hour, and a delay unless urgent; no mail about it ever
    (decision 0013). Named: the member, the minute. Raises `RealNameUnknown`.
    """
    member = viewer.member
    line = {
        "shown_as": shown_as,
        "line_specialty": member.line_specialty,
        "line_years": member.line_years,
        "line_place": member.line_place,
        "encrypted_contact_email": None,
    }
    now = timezone.now()
    if shown_as == ShownAs.ANONYMOUS:
        tag = viewer.pseudonym(scope)
        return {
            **line,
            "author": None,
            "pseudonym": tag,
            "byline": pseudonyms.anonymous_name(tag),
            "encrypted_member_id": encrypt_member_id(member.pk),
            "posted_at": now.replace(minute=0, second=0, microsecond=0),
            "appears_at": None if urgent else _delayed_publication_time(now),
        }
    if shown_as == ShownAs.REAL_NAME and not viewer.real_name:
        raise RealNameUnavailable
    return {
        **line,
        "encrypted_contact_email": encrypt_contact_email(viewer.email) if viewer.email else None,
        "author": member,
        "pseudonym": None,
        "byline": viewer.real_name if shown_as == ShownAs.REAL_NAME else member.handle,
        "encrypted_member_id": None,
        "posted_at": now.replace(second=0, microsecond=0),
        "appears_at": None,
    }


def _delayed_publication_time(now: dt.datetime) -> dt.datetime | None:
    low, high = settings.ANONYMOUS_DELAY_MINUTES
    if high == 0:
        return None
    seconds = low * 60 + secrets.randbelow((high - low) * 60 + 1)
    # To the minute: the sweep that shows it comes once a minute.
    return (now + dt.timedelta(seconds=seconds)).replace(second=0, microsecond=0)


def encrypt_member_id(member_id: UUID) -> bytes:
    """The member id, sealed to the moderation key; no two equal."""
    return crypto.encrypt_to_public_key(
        keys.KeyName.MODERATION_PUBLIC, crypto.pad(member_id.bytes, PADDED_MEMBER_ID_BYTES)
    )


def decrypt_member_id(capsule: bytes) -> UUID:
    """In the sealed worker only. Raises `DecryptionError`, `MissingKeyError`."""
    return UUID(
        bytes=crypto.unpad(
            crypto.decrypt_with_private_key(keys.KeyName.MODERATION_PRIVATE, capsule)
        )
    )


def encrypt_contact_email(email: str) -> bytes:
    """The address at one length, sealed to the mailer's key; no two equal."""
    return crypto.encrypt_to_public_key(
        keys.KeyName.MAIL_PUBLIC, crypto.pad(email.encode(), PADDED_CONTACT_EMAIL_BYTES)
    )


def decrypt_contact_email(capsule: bytes) -> str:
    """In the mailer only. Raises `DecryptionError`, `MissingKeyError`."""
    return crypto.unpad(
        crypto.decrypt_with_private_key(keys.KeyName.MAIL_PRIVATE, capsule)
    ).decode()


def suspend_member(member_id: UUID) -> None:
    """From now on the member reads and writes nothing. Months, not days; twice is once."""
    month = timezone.localdate().replace(day=1)
    Member.objects.filter(pk=member_id, suspended_at__isnull=True).update(suspended_at=month)


class HandleTaken(DomainError):
    status = 422
    sentence = _("This name, or one that looks like it, is taken.")


class InvalidHandle(DomainError):
    status = 422
    sentence = _(
        "A name has 3 to 30 letters and digits, with single dots or dashes between them, and is "
        "not one of ours."
    )


@transaction.atomic
def issue_membership(
    *,
    member_id: UUID,
    handle: str,
    line: CredentialLine,
    wants_mail: bool,
    identity_escrow: bytes,
    secret: bytes,
) -> Member:
    """The community's side of a first entry: no more of the person than the line others see.

    Raises `HandleTaken`, `HandleOdd`.
    """
    if not handles.is_well_formed(handle) or handles.is_reserved(handle):
        raise InvalidHandle
    member = Member(
        id=member_id,
        handle=handle,
        handle_key=handles.confusable_skeleton(handle),
        line_specialty=line.specialty,
        line_years=line.years,
        line_place=line.place,
        wants_mail=wants_mail,
        identity_escrow=identity_escrow,
        notice_public_key=_notice_key(secret),
    )
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:
        raise HandleTaken from None
    return member


def _notice_key(secret: bytes) -> bytes:
    return bytes(notices.notice_key_pair(secret).public_key)


def is_suspended(*, member_id: UUID, secret: bytes) -> bool:
    """Asked at sign-in. A member from before notices gets the key they are sealed to."""
    Member.objects.filter(pk=member_id, notice_public_key=b"").update(
        notice_public_key=_notice_key(secret)
    )
    return Member.objects.filter(pk=member_id, suspended_at__isnull=False).exists()


def replace_identity_escrow(*, member_id: UUID, identity_escrow: bytes) -> None:
    """The capsule for custodians, closed anew because their keys have changed."""
    Member.objects.filter(pk=member_id).update(identity_escrow=identity_escrow)


def pack_identity_escrow(boxes: Mapping[str, bytes]) -> bytes:
    """The boxes for the pairs of custodians as one column: two bytes of length before each."""
    return b"".join(len(box).to_bytes(2, "big") + box for _, box in sorted(boxes.items()))


def unpack_identity_escrow(identity_escrow: bytes) -> dict[str, bytes]:
    """What `join_escrow` joined; empty for somebody who has left."""
    boxes, at = {}, 0
    for pair in CUSTODIAN_PAIRS if identity_escrow else ():
        length = int.from_bytes(identity_escrow[at : at + 2], "big")
        boxes[pair] = identity_escrow[at + 2 : at + 2 + length]
        at += 2 + length
    return boxes


def is_handle_available(handle: str) -> bool:
    return not Member.objects.filter(handle_key=handles.confusable_skeleton(handle)).exists()


@transaction.atomic
def set_wants_mail(*, viewer: Viewer, wants_mail: bool) -> None:
    Member.objects.filter(pk=viewer.member.pk).update(wants_mail=wants_mail)


@transaction.atomic
def set_credential_line(*, member_id: UUID, line: CredentialLine) -> None:
    """Asked at sign-in, when alone the person behind a member is known: what they show from now."""
    shown = {
        "line_specialty": line.specialty,
        "line_years": line.years,
        "line_place": line.place,
    }
    Member.objects.filter(pk=member_id).exclude(**shown).update(**shown)


@transaction.atomic
def generalise_credential_lines(*, allowed: Collection[CredentialLine]) -> int:
    """Nightly: lines that too few share any longer become coarser; how many members' did.

    Published items keep the line they were published with.
    """
    columns = ("line_specialty", "line_years", "line_place")
    changed = 0
    for shown in Member.objects.order_by(*columns).values_list(*columns).distinct():
        line = generalise_until_allowed(allowed, CredentialLine(*shown))
        if line != CredentialLine(*shown):
            alike = Member.objects.filter(**dict(zip(columns, shown, strict=True)))
            changed += alike.update(**dict(zip(columns, line, strict=True)))
    return changed
