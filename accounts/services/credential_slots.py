"""Reading and writing a person's credential slots: with a password, a device, a recovery code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.credential_wrapping import passwords, slots, tokens
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.errors import PersonHasLeft
from accounts.models import (
    SLOT_TABLE,
    Departure,
    SlotContents,
    User,
    create_slots,
    current_month,
)
from accounts.selectors import read_slots
from sermo.blinded_rows.table import MissingRowError, Transform
from sermo.core import crypto, keys
from sermo.routers import IDENTITY

Change = Callable[[SlotContents], SlotContents]


def unwrap_with_password(
    user: User, password: str, contents: SlotContents | None = None
) -> MemberCredential | None:
    """The credential, by a password that was checked before; None where no slot opens.

    Without a slot it does the same work. A slot under an older pepper is wrapped again. `contents`
    saves the statement that reads them.
    """
    held = contents or read_slots(user.pk)
    credential = slots.open_with_password(held, password)
    if credential and held.password and not passwords.uses_current_pepper(held.password.wrapped):
        rewrapped = slots.with_password(held, credential, password)
        change_slots(
            user.pk,
            # Unless another request has replaced it meanwhile.
            lambda now: (
                replace(now, password=rewrapped.password) if now.password == held.password else now
            ),
        )
    return credential


def unwrap_with_device(user: User, token: str) -> MemberCredential | None:
    """The credential, by the secret of this device's cookie; None where the device is unknown."""
    return slots.open_with_device(read_slots(user.pk), token)


def unwrap_with_recovery_code(user: User, typed: str) -> MemberCredential | None:
    """The credential, by the recovery code as typed; None where it is wrong."""
    code = tokens.normalise_recovery_code(typed)
    return slots.open_with_recovery_code(read_slots(user.pk), code)


def change_slots(user_id: UUID, change: Change) -> SlotContents:
    """Change a person's slots under the lock of their row; what it holds now.

    A lock in the caller's transaction lasts until that ends. Raises `PersonHasLeft`.
    """

    def change_content(content: bytes) -> bytes:
        before = SlotContents.decode(content)
        if before.left:
            raise PersonHasLeft
        return change(before).encode()

    return SlotContents.decode(_update(user_id, change_content))


def destroy_slots(user_id: UUID, left: Departure) -> None:
    """Overwrite every wrapped copy of the credential. A second departure changes nothing."""

    def destroy(content: bytes) -> bytes:
        before = SlotContents.decode(content)
        return SlotContents(is_issued=before.is_issued, left=before.left or left).encode()

    _update(user_id, destroy)


@transaction.atomic(using=IDENTITY)
def _update(user_id: UUID, change: Callable[[bytes], bytes]) -> bytes:
    try:
        return SLOT_TABLE.update(user_id.bytes, change)
    except MissingRowError:
        create_slots(user_id)
        return SLOT_TABLE.update(user_id.bytes, change)


def add_device_slot(*, user: User, credential: MemberCredential) -> str:
    """Wrap the credential for a new device; the secret for its cookie.

    Only the `MAX_DEVICES` slots used last are kept.
    """
    token = slots.new_device_token()
    add = partial(slots.with_device, credential=credential, token=token, month=current_month())
    change_slots(user.pk, add)
    return token


def replace_password_slot(*, user: User, credential: MemberCredential, password: str) -> None:
    """Wrap the credential under a new password. The old slot is gone."""
    change_slots(user.pk, partial(slots.with_password, credential=credential, password=password))


def delete_password_slot(*, user: User) -> None:
    """After a password reset that could not unwrap the credential, the old slot is useless."""
    change_slots(user.pk, partial(replace, password=None))


def delete_device_slots(*, user: User) -> None:
    """From now on no device is known."""
    change_slots(user.pk, partial(replace, devices=()))


def replace_recovery_code(*, user: User, credential: MemberCredential) -> str:
    """A new recovery code. The old one unwraps nothing any more."""
    code = tokens.new_recovery_code()
    change_slots(user.pk, partial(slots.with_recovery_code, credential=credential, code=code))
    return code


def prepare_renewal() -> Transform:
    """What the nightly renewal does to each row. In the sealed worker, which holds INNER.

    Devices not used for six months are forgotten, and the custodians' ciphertexts move to the
    INNER key in use.
    """
    month = current_month()

    def renew(name: bytes, content: bytes) -> tuple[bytes, bytes]:
        before = SlotContents.decode(content)
        after = _rewrapped(slots.without_unused_devices(before, month=month))
        return name, content if after is before else after.encode()

    return renew


def rewrap_for_inner_key() -> int:
    """Move custodians' ciphertexts to the INNER key in use, now; how many persons. Idempotent.

    In the sealed worker only.
    """
    n_rewrapped = 0
    for name, content in SLOT_TABLE.scan():
        before = SlotContents.decode(content)
        if _rewrapped(before) is not before:
            _update(UUID(bytes=name), lambda now: _rewrapped(SlotContents.decode(now)).encode())
            n_rewrapped += 1
    return n_rewrapped


def _rewrapped(contents: SlotContents) -> SlotContents:
    try:
        return slots.with_current_inner_layer(contents)
    except (crypto.DecryptionError, keys.MissingKeyError):
        return contents  # `rotate_keys status` still counts it
