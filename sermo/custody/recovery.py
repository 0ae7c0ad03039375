"""Returning a membership to its owner by two custodians, encrypted to the person who asked."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import RecoveryRequest
from accounts.selectors import read_slots, real_name
from accounts.services.recovery import store_recovered_credential
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.custody import custodians, request_rules
from sermo.custody.errors import CustodyRefusal
from sermo.custody.offline import custodian_file
from sermo.custody.offline.custodian_file import CustodianFile
from sermo.routers import IDENTITY


def start_recovery(*, request: RecoveryRequest, custodian_pair: str, hours: int) -> None:
    """After 72 hours and identity proofing, ask the sealed worker to prepare the ciphertext.

    Raises `CustodyRefusal`.
    """
    owner = custodians.NamedPerson(real_name(request.user), request.user.email)
    custodians.refuse_custodian(owner)
    custodian_file.refuse_unknown_pair(custodian_pair)
    request_rules.refuse_wrong_duration(hours)
    if request.wait_ends_at > timezone.now():
        raise CustodyRefusal("The 72 hours are not over.")
    if not request.proofing_method:
        raise CustodyRefusal("A registrar has not yet checked anew who this is.")
    request_rules.refuse_broken_audit_chain()
    record_audit_event(
        AuditAction.RECOVERY_SENT_TO_CUSTODIANS,
        store="identity",
        actor="operator",
        target=f"user:{request.user_id}",
        details={"custodians": custodian_pair},
    )
    with transaction.atomic(using=IDENTITY):
        RecoveryRequest.objects.filter(pk=request.pk).update(
            custodian_pair=custodian_pair,
            expires_at=timezone.now() + dt.timedelta(hours=hours),
            custodian_ciphertext=b"",
            recovered_ciphertext=b"",
        )
        # Not the primary key, which is that of the user: the broker writes messages to disk.
        enqueue("sealed.prepare_recovery", request.public_id, using=IDENTITY)


@transaction.atomic(using=IDENTITY)
def prepare_recovery(public_id: str) -> None:
    """In the sealed worker: remove the outer layer of the user's custodian slot. Idempotent."""
    request = (
        RecoveryRequest.objects.select_for_update(skip_locked=True)
        .filter(
            public_id=public_id,
            expires_at__gt=timezone.now(),
            custodian_ciphertext=b"",
            recovered_ciphertext=b"",
        )
        .first()
    )
    if request is None:
        return
    custodians_slots = read_slots(request.user_id).custodians
    if custodians_slots is None:
        return
    request.custodian_ciphertext = crypto.decrypt_with_private_key(
        keys.KeyName.INNER_PRIVATE, custodians_slots.by_pair[request.custodian_pair]
    )
    request.save(update_fields=["custodian_ciphertext"])


def due_recoveries() -> list[str]:
    """Public ids of the requests that a lost message left unprepared."""
    unprepared = RecoveryRequest.objects.filter(
        expires_at__gt=timezone.now(), custodian_ciphertext=b"", recovered_ciphertext=b""
    )
    return list(unprepared.values_list("public_id", flat=True))


def file_for_custodians(request: RecoveryRequest) -> CustodianFile:
    """The file for the first custodian. Raises `CustodyRefusal` until it is prepared."""
    if not request.custodian_ciphertext or request.expires_at is None:
        raise CustodyRefusal("There is nothing to hand out yet.")
    return custodian_file.new_custodian_file(
        id=request.public_id,
        purpose=custodian_file.RECOVERY,
        custodian_pair=request.custodian_pair,
        expires_at=request.expires_at,
        recipient_public_key=bytes(request.recipient_public_key),
        ciphertext=bytes(request.custodian_ciphertext),
    )


def return_credential(*, request: RecoveryRequest, file: CustodianFile) -> None:
    """Store the custodians' result, still encrypted, for its owner. Raises `CustodyRefusal`."""
    if file.id != request.public_id or file.purpose != custodian_file.RECOVERY:
        raise CustodyRefusal("This file belongs to another request.")
    ciphertext = custodian_file.result_ciphertext(file)
    if request.expires_at is None or request.expires_at <= timezone.now():
        raise CustodyRefusal("This request has expired.")
    store_recovered_credential(request_id=request.pk, ciphertext=ciphertext)
