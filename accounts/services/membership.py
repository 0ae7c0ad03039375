"""Entering the community, once for each person, and what happens at each sign-in."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.credential_wrapping import custodians
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.errors import MembershipAlreadyIssued, NotVerified, WrongPassword
from accounts.models import (
    CredentialSlot,
    CredentialSlotKind,
    RecoveryRequest,
    User,
    VerifiedPerson,
    current_month,
)
from accounts.services import credential_slots
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import crypto
from sermo.members import services as members
from sermo.routers import IDENTITY


@transaction.atomic(using=IDENTITY)
def enter_community(
    *, user: User, password: str, handle: str, wants_mail: bool
) -> tuple[MemberCredential, str]:
    """Issue the one membership this person ever gets; the credential and the recovery code.

    Raises `WrongPassword`, `NotVerified`, `MembershipAlreadyIssued`; `HandleTaken` and
    `InvalidHandle` from the community.
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
    credential = MemberCredential(uuid.uuid4(), crypto.new_secret())
    credential_slots.write_password_slot(user, credential, password)
    recovery_code = credential_slots.write_recovery_slot(user, credential)
    credential_slots.write_custodian_slots(user, credential)
    record_audit_event(
        AuditAction.MEMBERSHIP_ISSUED, store="identity", actor="system", target="membership"
    )
    # Last, so that a handle that is taken undoes all of the above.
    members.issue_membership(
        member_id=credential.member_id,
        handle=handle,
        wants_mail=wants_mail,
        identity_escrow=_identity_escrow(user),
        secret=credential.secret,
    )
    return credential, recovery_code


@transaction.atomic(using=IDENTITY)
def has_membership(*, user: User) -> bool:
    """Whether the membership was issued. Waits for a transaction that is issuing it now."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    return bool(locked.membership_issued_month)


@transaction.atomic(using=IDENTITY)
def on_sign_in(*, user: User, credential: MemberCredential) -> None:
    """What only the credential makes possible, so that it waits for a sign-in.

    The identity store learns whether the membership was suspended. A pending recovery request is
    deleted. If a custodian key has changed, the custodian slots and the identity escrow are
    encrypted again.
    """
    is_suspended = members.is_suspended(member_id=credential.member_id, secret=credential.secret)
    if is_suspended != user.is_suspended:
        User.objects.filter(pk=user.pk).update(is_suspended=is_suspended)
    RecoveryRequest.objects.filter(user=user).delete()
    slots = CredentialSlot.objects.filter(user=user, kind=CredentialSlotKind.CUSTODIANS)
    if not slots.filter(custodian_key_versions=custodians.custodian_key_versions()).exists():
        credential_slots.write_custodian_slots(user, credential)
        members.replace_identity_escrow(
            member_id=credential.member_id, identity_escrow=_identity_escrow(user)
        )


def _identity_escrow(user: User) -> bytes:
    """The user's id, encrypted for each pair of custodians; kept by the community store."""
    return members.pack_identity_escrow(custodians.encrypt_for_custodian_pairs(user.pk.bytes))
