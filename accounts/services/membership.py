"""Entering the community, once for each person, and what happens at each sign-in."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.credential_wrapping import custodians, slots, tokens
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.errors import MembershipAlreadyIssued, NotVerified, WrongPassword
from accounts.models import (
    RecoveryRequest,
    SlotContents,
    StaffRole,
    User,
    VerifiedPerson,
    current_month,
)
from accounts.services.credential_slots import change_slots
from sermo.core import crypto
from sermo.members import services as members
from sermo.routers import IDENTITY


@transaction.atomic(using=IDENTITY)
def enter_community(
    *, user: User, password: str, handle: str, wants_mail: bool
) -> tuple[MemberCredential, str]:
    """Issue the one membership this person ever gets; the credential and the recovery code.

    In this store only the row of slots changes: nothing tells whose membership was issued when.
    Raises `WrongPassword`, `NotVerified`, `MembershipAlreadyIssued`, `PersonHasLeft`; `HandleTaken`
    and `InvalidHandle` from the community.
    """
    if not user.check_password(password):
        raise WrongPassword
    person = User.objects.get(pk=user.pk)
    # Staff of this store is never a member (decision 0006).
    if person.role != StaffRole.NONE or person.is_paused or not _is_verified(person):
        raise NotVerified
    credential = MemberCredential(uuid.uuid4(), crypto.new_secret())
    code = tokens.new_recovery_code()
    issued = slots.with_password(SlotContents(is_issued=True), credential, password)
    issued = slots.with_recovery_code(issued, credential, code)
    issued = slots.with_custodians(issued, credential)
    change_slots(user.pk, lambda now: _issue(now, issued))
    # Last, so that a handle that is taken undoes all of the above.
    members.issue_membership(
        member_id=credential.member_id,
        handle=handle,
        wants_mail=wants_mail,
        identity_escrow=_identity_escrow(user),
        secret=credential.secret,
    )
    return credential, code


def _issue(now: SlotContents, issued: SlotContents) -> SlotContents:
    """Under the lock of the row, so that of two requests at once one is refused."""
    if now.is_issued:
        raise MembershipAlreadyIssued
    return issued


def _is_verified(user: User) -> bool:
    return VerifiedPerson.objects.filter(user=user).exists()


def has_membership(*, user: User) -> bool:
    """Whether the membership was issued. Waits for a transaction that is issuing it now."""
    return change_slots(user.pk, lambda now: now).is_issued


def allow_new_entry(*, user: User) -> None:
    """Let a person enter again whose membership the community lost in a restore.

    The old credential opens nothing any more. Raises `PersonHasLeft`.
    """
    change_slots(user.pk, lambda now: SlotContents())


@transaction.atomic(using=IDENTITY)
def on_sign_in(
    *, user: User, credential: MemberCredential, contents: SlotContents, device_token: str
) -> str:
    """What only the credential makes possible; the secret of a new device, "" for a known one.

    A pending recovery request is deleted. An unknown device gets a slot. If a custodian key has
    changed, the custodian slots and the identity escrow are encrypted again. `contents` are the
    person's slots.
    """
    pending = RecoveryRequest.objects.filter(user=user)
    if pending.exists():
        pending.delete()
    is_known = slots.open_with_device(contents, device_token) is not None
    token = device_token if is_known else slots.new_device_token()
    is_current = slots.is_for_current_custodians(contents)

    def refresh(now: SlotContents) -> SlotContents:
        if is_known:
            now = slots.with_device_used(now, token, month=current_month())
        else:
            now = slots.with_device(now, credential, token, month=current_month())
        return now if is_current else slots.with_custodians(now, credential)

    if refresh(contents) is not contents:
        change_slots(user.pk, refresh)
    if not is_current:
        members.replace_identity_escrow(
            member_id=credential.member_id, identity_escrow=_identity_escrow(user)
        )
    return "" if is_known else token


def _identity_escrow(user: User) -> bytes:
    """The user's id, encrypted for each pair of custodians; kept by the community store."""
    return members.pack_identity_escrow(custodians.encrypt_for_custodian_pairs(user.pk.bytes))
