"""One person's slots: unwrapping the credential, and what the row holds after a change."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from accounts.credential_wrapping import custodians, passwords, tokens
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.models import CustodianSlots, DeviceSlot, PasswordSlot, SlotContents
from accounts.models.slot_contents import MAX_DEVICES
from sermo.core import coarse, crypto

DEVICE_TOKEN_BYTES = 32
DEVICE_RETENTION_MONTHS = 6


class TokenPurpose(StrEnum):
    """What a token is; part of the key that follows from it."""

    DEVICE = "device"
    RECOVERY = "recovery"


def new_device_token() -> str:
    """The secret of a device's cookie."""
    return secrets.token_urlsafe(DEVICE_TOKEN_BYTES)


def open_with_password(slots: SlotContents, password: str) -> MemberCredential | None:
    """The credential; None for another password. Without a slot it does the same work.

    Raises `MissingKeyError` if the slot's version of the PEPPER key is not held.
    """
    if slots.password is None:
        passwords.equalise_timing(password)
        return None
    try:
        return passwords.unwrap_with_password(slots.password.salt, slots.password.wrapped, password)
    except crypto.DecryptionError:
        return None


def open_with_device(slots: SlotContents, token: str) -> MemberCredential | None:
    """The credential; None where no slot belongs to this device."""
    return _open_with_token(
        (device.wrapped for device in slots.devices), token, TokenPurpose.DEVICE
    )


def open_with_recovery_code(slots: SlotContents, code: str) -> MemberCredential | None:
    """The credential; None for another code, which is normalised."""
    return _open_with_token([slots.recovery], code, TokenPurpose.RECOVERY)


def with_password(slots: SlotContents, credential: MemberCredential, password: str) -> SlotContents:
    """The slots after the password was chosen."""
    return replace(
        slots, password=PasswordSlot(*passwords.wrap_with_password(credential, password))
    )


def with_recovery_code(
    slots: SlotContents, credential: MemberCredential, code: str
) -> SlotContents:
    """The slots after the recovery code was replaced."""
    wrapped = tokens.wrap_with_token(credential, code, TokenPurpose.RECOVERY)
    return replace(slots, recovery=wrapped)


def with_custodians(slots: SlotContents, credential: MemberCredential) -> SlotContents:
    """The slots after encryption for the custodians in office."""
    ciphertexts = custodians.encrypt_for_custodian_pairs(credential.to_bytes())
    return replace(
        slots, custodians=CustodianSlots(custodians.custodian_key_versions(), ciphertexts)
    )


def with_device(
    slots: SlotContents, credential: MemberCredential, token: str, *, month: dt.date
) -> SlotContents:
    """The slots after a sign-in on a new device; the device not used for longest may leave."""
    new = DeviceSlot(tokens.wrap_with_token(credential, token, TokenPurpose.DEVICE), month)
    kept = sorted(slots.devices, key=lambda device: device.used_month)[1 - MAX_DEVICES :]
    return replace(slots, devices=(*kept, new))


def with_device_used(slots: SlotContents, token: str, *, month: dt.date) -> SlotContents:
    """The slots after a sign-in on a known device."""
    devices = tuple(
        replace(device, used_month=month) if _opens(device, token) else device
        for device in slots.devices
    )
    return slots if devices == slots.devices else replace(slots, devices=devices)


def without_unused_devices(slots: SlotContents, *, month: dt.date) -> SlotContents:
    """The slots without devices that were not used for `DEVICE_RETENTION_MONTHS` months."""
    oldest = month
    for _ in range(DEVICE_RETENTION_MONTHS):
        oldest = coarse.previous_month(oldest)
    devices = tuple(device for device in slots.devices if device.used_month >= oldest)
    return slots if devices == slots.devices else replace(slots, devices=devices)


def with_current_inner_layer(slots: SlotContents) -> SlotContents:
    """The slots with the outer layer of the custodians' ciphertexts under the INNER key in use.

    In the sealed worker only. Raises `DecryptionError`, `MissingKeyError`.
    """
    if slots.custodians is None:
        return slots
    by_pair = {
        pair: custodians.with_current_inner_layer(ciphertext)
        for pair, ciphertext in slots.custodians.by_pair.items()
    }
    if by_pair == slots.custodians.by_pair:
        return slots
    return replace(slots, custodians=replace(slots.custodians, by_pair=by_pair))


def is_for_current_custodians(slots: SlotContents) -> bool:
    """Whether the custodians whose keys are in use now can decrypt."""
    return (
        slots.custodians is not None
        and slots.custodians.key_versions == custodians.custodian_key_versions()
    )


def _opens(device: DeviceSlot, token: str) -> bool:
    return _open_with_token([device.wrapped], token, TokenPurpose.DEVICE) is not None


def _open_with_token(
    wrapped: Iterable[bytes], token: str, purpose: TokenPurpose
) -> MemberCredential | None:
    """By trying each: there are ten at most."""
    if not token:
        return None
    for ciphertext in wrapped:
        try:
            return tokens.unwrap_with_token(ciphertext, token, purpose)
        except crypto.DecryptionError:
            continue
    return None
