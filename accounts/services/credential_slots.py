"""Reading and writing credential slots: with a password, a device, a recovery code."""

from __future__ import annotations

import secrets

from django.db import transaction

from accounts.credential_wrapping import custodians, passwords, tokens
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.models import CredentialSlot, CredentialSlotKind, User, current_month
from sermo.core import coarse, crypto
from sermo.routers import IDENTITY

MAX_DEVICES = 10
DEVICE_RETENTION_MONTHS = 6


def unwrap_with_password(user: User, password: str) -> MemberCredential | None:
    """The credential, by a password that was checked before; None where no slot opens.

    Without a slot it does the same work. A slot under an older pepper is wrapped again.
    """
    slot = CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.PASSWORD).first()
    if slot is None:
        passwords.equalise_timing(password)
        return None
    try:
        credential = passwords.unwrap_with_password(slot.salt, slot.wrapped_credential, password)
    except crypto.DecryptionError:
        return None
    if not passwords.uses_current_pepper(slot.wrapped_credential):
        replace_password_slot(user=user, credential=credential, password=password)
    return credential


def unwrap_with_device(user: User, token: str) -> MemberCredential | None:
    """The credential, by the secret of this device's cookie; None where the device is unknown."""
    return _unwrap_with_token(user, CredentialSlotKind.DEVICE, token)


def unwrap_with_recovery_code(user: User, typed: str) -> MemberCredential | None:
    """The credential, by the recovery code as typed; None where it is wrong."""
    code = tokens.normalise_recovery_code(typed)
    return _unwrap_with_token(user, CredentialSlotKind.RECOVERY, code)


def _unwrap_with_token(user: User, kind: CredentialSlotKind, token: str) -> MemberCredential | None:
    if not token:
        return None
    slot = CredentialSlot.objects.filter(
        user=user, kind=kind, locator=tokens.derive_token_locator(token, kind)
    ).first()
    if slot is None:
        return None
    if slot.last_used_month != current_month():
        CredentialSlot.objects.filter(pk=slot.pk).update(last_used_month=current_month())
    try:
        return tokens.unwrap_with_token(slot.wrapped_credential, token, kind)
    except crypto.DecryptionError:
        return None


def add_device_slot(*, user: User, credential: MemberCredential) -> str:
    """Wrap the credential for a new device; the secret for its cookie.

    Only the `MAX_DEVICES` slots used last are kept.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic(using=IDENTITY):
        CredentialSlot.objects.create(
            user=user,
            kind=CredentialSlotKind.DEVICE,
            locator=tokens.derive_token_locator(token, CredentialSlotKind.DEVICE),
            wrapped_credential=tokens.wrap_with_token(credential, token, CredentialSlotKind.DEVICE),
        )
        devices = CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.DEVICE)
        surplus = devices.order_by("-last_used_month", "id")[MAX_DEVICES:]
        CredentialSlot.objects.filter(pk__in=[slot.pk for slot in surplus]).delete()
    return token


def delete_unused_device_slots() -> int:
    """Delete device slots not used for six months; how many."""
    oldest = current_month()
    for _ in range(DEVICE_RETENTION_MONTHS):
        oldest = coarse.previous_month(oldest)
    deleted, _ = CredentialSlot.objects.filter(
        kind=CredentialSlotKind.DEVICE, last_used_month__lt=oldest
    ).delete()
    return deleted


@transaction.atomic(using=IDENTITY)
def replace_password_slot(*, user: User, credential: MemberCredential, password: str) -> None:
    """Wrap the credential under a new password. The old slot is gone."""
    write_password_slot(user, credential, password)


@transaction.atomic(using=IDENTITY)
def delete_password_slot(*, user: User) -> None:
    """After a password reset that could not unwrap the credential, the old slot is useless."""
    CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.PASSWORD).delete()


@transaction.atomic(using=IDENTITY)
def replace_recovery_code(*, user: User, credential: MemberCredential) -> str:
    """A new recovery code. The old one unwraps nothing any more."""
    return write_recovery_slot(user, credential)


def write_password_slot(user: User, credential: MemberCredential, password: str) -> None:
    """Create or replace the password slot, in the caller's transaction."""
    salt, wrapped = passwords.wrap_with_password(credential, password)
    CredentialSlot.objects.update_or_create(
        user=user,
        kind=CredentialSlotKind.PASSWORD,
        locator=b"",
        defaults={"salt": salt, "wrapped_credential": wrapped},
    )


def write_recovery_slot(user: User, credential: MemberCredential) -> str:
    """Replace the recovery slot, in the caller's transaction; the new recovery code."""
    code = tokens.new_recovery_code()
    CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.RECOVERY).delete()
    CredentialSlot.objects.create(
        user=user,
        kind=CredentialSlotKind.RECOVERY,
        locator=tokens.derive_token_locator(code, CredentialSlotKind.RECOVERY),
        wrapped_credential=tokens.wrap_with_token(credential, code, CredentialSlotKind.RECOVERY),
    )
    return code


def write_custodian_slots(user: User, credential: MemberCredential) -> None:
    """Replace the three slots for pairs of custodians, in the caller's transaction."""
    ciphertexts = custodians.encrypt_for_custodian_pairs(credential.to_bytes())
    CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.CUSTODIANS).delete()
    CredentialSlot.objects.bulk_create(
        CredentialSlot(
            user=user,
            kind=CredentialSlotKind.CUSTODIANS,
            locator=pair.encode(),
            custodian_key_versions=custodians.custodian_key_versions(),
            wrapped_credential=ciphertext,
        )
        for pair, ciphertext in ciphertexts.items()
    )
