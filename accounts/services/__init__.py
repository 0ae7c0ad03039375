"""Entering the community, and getting back into it: everything that opens or makes a seal."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.credential_wrapping import slots as wrapping
from accounts.credential_wrapping.slots import MemberCredential
from accounts.errors import MembershipAlreadyIssued, NotVerified, WrongPassword
from accounts.models import (
    CredentialSlot,
    CredentialSlotKind,
    RecoveryRequest,
    User,
    VerifiedPerson,
    current_month,
)
from accounts.services import credential_lines
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import crypto
from sermo.members.services import (
    is_suspended,
    issue_membership,
    pack_identity_escrow,
    replace_identity_escrow,
    set_credential_line,
)
from sermo.routers import IDENTITY

MAX_DEVICES = 10
DEVICE_RETENTION_MONTHS = 6


@transaction.atomic(using=IDENTITY)
def save_verified_person(
    *,
    user: User,
    member_class: str,
    specialty: str,
    country: str,
    years: str,
    real_name: str,
) -> None:
    """Verification says who this is; called again, the latest word holds."""
    VerifiedPerson.objects.update_or_create(
        user=user,
        defaults={
            "member_class": member_class,
            "specialty": specialty,
            "country": country,
            "years": years,
            "name_box": crypto.encrypt(user.decrypt_data_key(), real_name.encode()),
            "verified_month": current_month(),
        },
    )


@transaction.atomic(using=IDENTITY)
def delete_verified_person(*, user: User) -> None:
    """What was verified holds no longer, before membership; harmless twice."""
    VerifiedPerson.objects.filter(user=user).delete()


def real_name(user: User) -> str:
    """The verified name; "" where nothing was verified."""
    person = VerifiedPerson.objects.filter(user=user).first()
    return (
        crypto.decrypt(user.decrypt_data_key(), bytes(person.name_box)).decode() if person else ""
    )


@transaction.atomic(using=IDENTITY)
def enter_community(
    *, user: User, password: str, handle: str, wants_mail: bool
) -> tuple[MemberCredential, str]:
    """Mint the one membership this person ever gets; the pair and the recovery code.

    Raises `WrongPassword`, `NotVerified`, `AlreadyIssued`, and `HandleTaken` from the community.
    """
    if not user.check_password(password):
        raise WrongPassword
    person = VerifiedPerson.objects.filter(user=user).first()
    if person is None or user.is_paused:
        raise NotVerified
    issued = User.objects.filter(pk=user.pk, membership_issued_month__isnull=True, role="").update(
        membership_issued_month=current_month()
    )
    if not issued:
        raise MembershipAlreadyIssued
    pair = MemberCredential(uuid.uuid4(), crypto.new_secret())
    _write_password_slot(user, pair, password)
    code = _write_recovery_slot(user, pair)
    _write_custodian_slots(user, pair)
    record_audit_event(
        AuditAction.MEMBERSHIP_ISSUED, store="identity", actor="system", target="membership"
    )
    # Last, so that a handle already taken undoes all of the above.
    issue_membership(
        member_id=pair.member_id,
        handle=handle,
        line=credential_lines.credential_line_of_new_member(user),
        wants_mail=wants_mail,
        identity_escrow=_identity_escrow(user),
        secret=pair.secret,
    )
    return pair, code


@transaction.atomic(using=IDENTITY)
def has_membership(*, user: User) -> bool:
    """Whether the membership was minted; waits for whoever is minting it now."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    return bool(locked.membership_issued_month)


def _identity_escrow(user: User) -> bytes:
    return pack_identity_escrow(wrapping.encrypt_for_custodian_pairs(user.pk.bytes))


def _write_custodian_slots(user: User, pair: MemberCredential) -> None:
    CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.CUSTODIANS).delete()
    CredentialSlot.objects.bulk_create(
        CredentialSlot(
            user=user,
            kind=CredentialSlotKind.CUSTODIANS,
            locator=of.encode(),
            salt=wrapping.custodian_key_versions(),
            box=box,
        )
        for of, box in wrapping.encrypt_for_custodian_pairs(pair.to_bytes()).items()
    )


@transaction.atomic(using=IDENTITY)
def on_sign_in(*, user: User, pair: MemberCredential) -> None:
    """What a sign-in is needed for: nobody else can open the pair.

    Custodians whose keys have changed get new boxes; a recovery somebody asked for is moot; the
    line they show follows what enough others share; and the identity store learns here, and only
    here, that a membership was suspended.
    """
    suspended = is_suspended(member_id=pair.member_id, secret=pair.secret)
    if suspended != user.is_suspended:
        User.objects.filter(pk=user.pk).update(is_suspended=suspended)
    set_credential_line(member_id=pair.member_id, line=credential_lines.credential_line_of(user))
    RecoveryRequest.objects.filter(user=user).delete()
    known = CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.CUSTODIANS)
    if not known.filter(salt=wrapping.custodian_key_versions()).exists():
        _write_custodian_slots(user, pair)
        replace_identity_escrow(member_id=pair.member_id, identity_escrow=_identity_escrow(user))


def equalise_sign_up_timing() -> None:
    """Make a user and take it back: the work of a sign-up, where one is there already."""
    nobody = f"{uuid.uuid4().hex}@nobody.invalid"
    with transaction.atomic(using=IDENTITY):
        user = User.objects.create_user(email=nobody, password=secrets.token_hex(16))
        EmailAddress.objects.create(user=user, email=nobody, primary=True)
        transaction.set_rollback(True, using=IDENTITY)


def unwrap_with_password(user: User, password: str) -> MemberCredential | None:
    """The pair of a password already checked; None, after the same work, where there is none."""
    seal = CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.PASSWORD).first()
    if seal is None:
        wrapping.equalise_timing(password)
        return None
    try:
        pair = wrapping.unwrap_with_password(seal.salt, seal.box, password)
    except crypto.DecryptionError:
        return None
    if not wrapping.uses_current_pepper(seal.box):
        replace_password_slot(user=user, pair=pair, password=password)
    return pair


def unwrap_with_device(user: User, token: str) -> MemberCredential | None:
    """The pair by this device's cookie; None where the device is unknown."""
    return _unwrap_with_token(user, CredentialSlotKind.DEVICE, token)


def unwrap_with_recovery_code(user: User, typed: str) -> MemberCredential | None:
    """The pair by the recovery code as typed; None where it is wrong."""
    return _unwrap_with_token(
        user, CredentialSlotKind.RECOVERY, wrapping.normalise_recovery_code(typed)
    )


def _unwrap_with_token(user: User, kind: CredentialSlotKind, token: str) -> MemberCredential | None:
    if not token:
        return None
    seal = CredentialSlot.objects.filter(
        user=user, kind=kind, locator=wrapping.derive_token_locator(token, kind)
    ).first()
    if seal is None:
        return None
    if seal.used_month != current_month():
        CredentialSlot.objects.filter(pk=seal.pk).update(used_month=current_month())
    try:
        return wrapping.unwrap_with_token(seal.box, token, kind)
    except crypto.DecryptionError:
        return None


def add_device_slot(*, user: User, pair: MemberCredential) -> str:
    """A seal under a new secret for this device's cookie; the secret."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic(using=IDENTITY):
        CredentialSlot.objects.create(
            user=user,
            kind=CredentialSlotKind.DEVICE,
            locator=wrapping.derive_token_locator(token, CredentialSlotKind.DEVICE),
            box=wrapping.wrap_with_token(pair, token, CredentialSlotKind.DEVICE),
        )
        kept = CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.DEVICE).order_by(
            "-used_month", "id"
        )
        CredentialSlot.objects.filter(pk__in=[seal.pk for seal in kept[MAX_DEVICES:]]).delete()
    return token


def delete_unused_device_slots() -> int:
    """Devices unused for six months open nothing any more; how many."""
    month = current_month()
    for _ in range(DEVICE_RETENTION_MONTHS):
        month = (month - dt.timedelta(days=1)).replace(day=1)
    forgotten, _ = CredentialSlot.objects.filter(
        kind=CredentialSlotKind.DEVICE, used_month__lt=month
    ).delete()
    return forgotten


def has_password_slot(user: User) -> bool:
    """Whether the password opens the membership; after a reset on an unknown device it does not."""
    return CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.PASSWORD).exists()


@transaction.atomic(using=IDENTITY)
def replace_password_slot(*, user: User, pair: MemberCredential, password: str) -> None:
    """Close the pair under a new password; the old seal is gone."""
    _write_password_slot(user, pair, password)


@transaction.atomic(using=IDENTITY)
def delete_password_slot(*, user: User) -> None:
    """The password was reset without a way to open the pair: the old seal opens nothing now."""
    CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.PASSWORD).delete()


@transaction.atomic(using=IDENTITY)
def replace_recovery_code(*, user: User, pair: MemberCredential) -> str:
    """A new code; the old one opens nothing any more."""
    return _write_recovery_slot(user, pair)


@transaction.atomic(using=IDENTITY)
def end_all_sessions(*, user: User) -> None:
    """Sign out everywhere, and forget every device."""
    User.objects.filter(pk=user.pk).update(session_salt=uuid.uuid4())
    CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.DEVICE).delete()
    record_audit_event(
        AuditAction.ALL_SESSIONS_ENDED, store="identity", actor=f"user:{user.pk}", target="sessions"
    )


def _write_password_slot(user: User, pair: MemberCredential, password: str) -> None:
    salt, box = wrapping.wrap_with_password(pair, password)
    CredentialSlot.objects.update_or_create(
        user=user,
        kind=CredentialSlotKind.PASSWORD,
        locator=b"",
        defaults={"salt": salt, "box": box},
    )


def _write_recovery_slot(user: User, pair: MemberCredential) -> str:
    code = wrapping.new_recovery_code()
    CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.RECOVERY).delete()
    CredentialSlot.objects.create(
        user=user,
        kind=CredentialSlotKind.RECOVERY,
        locator=wrapping.derive_token_locator(code, CredentialSlotKind.RECOVERY),
        box=wrapping.wrap_with_token(pair, code, CredentialSlotKind.RECOVERY),
    )
    return code
