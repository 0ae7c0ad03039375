"""Giving a member back to their own: the same ceremony, sealed to the person who asked."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import CredentialSlot, CredentialSlotKind, RecoveryRequest
from accounts.services import recovery
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.custody import ceremony, custodians
from sermo.custody.break_glass import MOST_HOURS, refuse_broken_chain
from sermo.custody.ceremony import Errand, Refused
from sermo.routers import IDENTITY


def hand_out(*, request: RecoveryRequest, pair: str, hours: int) -> None:
    """After 72 hours and new proof, ask the sealed worker for the box. Raises `Refused`."""
    custodians.refuse_custodian(
        custodians.Holder(accounts.real_name(request.user), request.user.email)
    )
    if pair not in ceremony.PAIRS:
        raise Refused("There are three pairs of custodians: 1-2, 1-3 and 2-3.")
    if not 1 <= hours <= MOST_HOURS:
        raise Refused(f"A request ends after 1 to {MOST_HOURS} hours.")
    if request.wait_ends_at > timezone.now():
        raise Refused("The 72 hours are not over.")
    if not request.proofing_method:
        raise Refused("A registrar has not yet checked anew who this is.")
    refuse_broken_chain()
    record_audit_event(
        AuditAction.RECOVERY_SENT_TO_CUSTODIANS,
        store="identity",
        actor="operator",
        target=f"user:{request.user_id}",
        details={"custodians": pair},
    )
    with transaction.atomic(using=IDENTITY):
        RecoveryRequest.objects.filter(pk=request.pk).update(
            custodian_pair=pair,
            expires_at=timezone.now() + dt.timedelta(hours=hours),
            custodian_ciphertext=b"",
            recovered_ciphertext=b"",
        )
        enqueue("sealed.lay_out_recovery", str(request.pk), using=IDENTITY)


@transaction.atomic(using=IDENTITY)
def lay_out(user_id: UUID) -> None:
    """In the sealed worker: take off the outer layer of the person's seal. Twice is once."""
    request = (
        RecoveryRequest.objects.select_for_update(skip_locked=True)
        .filter(
            pk=user_id,
            expires_at__gt=timezone.now(),
            custodian_ciphertext=b"",
            recovered_ciphertext=b"",
        )
        .first()
    )
    seal = (
        request
        and CredentialSlot.objects.filter(
            user_id=user_id,
            kind=CredentialSlotKind.CUSTODIANS,
            locator=request.custodian_pair.encode(),
        ).first()
    )
    if request and seal:
        request.custodian_ciphertext = crypto.decrypt_with_private_key(
            keys.KeyName.INNER_PRIVATE, bytes(seal.wrapped_credential)
        )
        request.save(update_fields=["custodian_ciphertext"])


def due() -> list[UUID]:
    """What a lost message left behind."""
    waiting = RecoveryRequest.objects.filter(
        expires_at__gt=timezone.now(), custodian_ciphertext=b"", recovered_ciphertext=b""
    )
    return list(waiting.values_list("pk", flat=True))


def take(request: RecoveryRequest) -> Errand:
    """The file for the first custodian. Raises `Refused` until the sealed worker has been."""
    if not request.custodian_ciphertext or request.expires_at is None:
        raise Refused("There is nothing to hand out yet.")
    return ceremony.new_errand(
        id=request.public_id,
        purpose=ceremony.RECOVERY,
        pair=request.custodian_pair,
        expires_at=request.expires_at,
        recipient=bytes(request.recipient_public_key),
        box=bytes(request.custodian_ciphertext),
    )


def bring_back(*, request: RecoveryRequest, errand: Errand) -> None:
    """What both halves brought, still closed, to where its owner opens it. Raises `Refused`."""
    if errand.id != request.public_id or errand.purpose != ceremony.RECOVERY:
        raise Refused("This file belongs to another request.")
    if errand.step != ceremony.BOTH_HALVES or len(set(errand.peeled_by)) != 2:
        raise Refused("Two custodians have to take off a layer each.")
    if request.expires_at is None or request.expires_at <= timezone.now():
        raise Refused("This request has expired.")
    recovery.store_recovered_credential(
        request_id=request.pk, ciphertext=ceremony.closed_answer(errand)
    )
