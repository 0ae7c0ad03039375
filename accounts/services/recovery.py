"""The slow way back: new proof of who somebody is, 72 hours, and two of three custodians.

The code shown when it is asked for makes a key pair; the custodians' answer is sealed to it. So
what comes back is for the person who asked, and passes no operator's hands in clear.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from accounts import services
from accounts.credential_wrapping import slots as wrapping
from accounts.credential_wrapping.slots import MemberCredential
from accounts.errors import IdentityNotProofed
from accounts.models import ProofingMethod, RecoveryRequest, User
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.routers import IDENTITY

WAITING_TIME = dt.timedelta(hours=72)
REQUESTED_EMAIL_BODY = """\
Somebody who signed in with your e-mail address has asked for your membership to be
given back by two custodians. This takes at least 72 hours and new proof of identity.

If it was you, there is nothing to do: we will ask you for the proof.
If it was not you, change your password now. If you still have a device that opens your
membership, signing in there ends the request at once.
"""
RETURNED_EMAIL_BODY = """\
Two custodians have done their part. Sign in, and type the code you wrote down when
you asked for this. It opens your membership under the name you had.
"""


def recovery_request_of(user: User) -> RecoveryRequest | None:
    return RecoveryRequest.objects.filter(user=user).first()


@transaction.atomic(using=IDENTITY)
def request_recovery(*, user: User) -> tuple[RecoveryRequest, str]:
    """Begin the wait; the code to write down, "" where the wait runs already."""
    running = RecoveryRequest.objects.select_for_update().filter(user=user).first()
    if running is not None:
        return running, ""
    now, code = timezone.now(), wrapping.new_recovery_code()
    request, is_new = RecoveryRequest.objects.get_or_create(
        user=user,
        defaults={
            "asked_at": now,
            "due_at": now + WAITING_TIME,
            "recipient": bytes(_recovery_private_key(code).public_key),
        },
    )
    if not is_new:
        return request, ""
    record_audit_event(
        AuditAction.RECOVERY_REQUESTED, store="identity", actor="user", target=f"user:{user.pk}"
    )
    send_mail("Your membership: a request", REQUESTED_EMAIL_BODY, None, [user.email])
    return request, code


@transaction.atomic(using=IDENTITY)
def cancel_recovery(*, user: User) -> None:
    """End the request: whoever lost the code asks anew, and waits anew."""
    gone, _ = RecoveryRequest.objects.filter(user=user).delete()
    if gone:
        record_audit_event(
            AuditAction.RECOVERY_CANCELLED, store="identity", actor="user", target=f"user:{user.pk}"
        )


@transaction.atomic(using=IDENTITY)
def record_identity_proofing(*, request: RecoveryRequest, registrar: User, proof: str) -> None:
    """A registrar has checked anew who this is. Raises `NotProvable` for oneself."""
    if registrar.pk == request.user_id or proof not in ProofingMethod.values:
        raise IdentityNotProofed
    RecoveryRequest.objects.filter(pk=request.pk).update(proof=proof, proved_by=registrar)
    record_audit_event(
        AuditAction.RECOVERY_IDENTITY_PROOFED,
        store="identity",
        actor=f"user:{registrar.pk}",
        target=f"user:{request.user_id}",
        reason=proof,
    )


@transaction.atomic(using=IDENTITY)
def store_recovered_credential(*, request_id: UUID, answer: bytes) -> None:
    """Lay down what the custodians brought; only the person's code opens it."""
    request = RecoveryRequest.objects.select_for_update().get(pk=request_id)
    request.answer, request.box = answer, b""
    request.save(update_fields=["answer", "box"])
    record_audit_event(
        AuditAction.RECOVERY_RETURNED_BY_CUSTODIANS,
        store="identity",
        actor="system",
        target=f"user:{request.user_id}",
    )
    send_mail("Your membership can be opened", RETURNED_EMAIL_BODY, None, [request.user.email])


@transaction.atomic(using=IDENTITY)
def complete_recovery(
    *, user: User, typed: str, password: str
) -> tuple[MemberCredential, str] | None:
    """The pair and a new recovery code; None where the code is wrong.

    From now on the password, already checked, opens the membership again.
    """
    request = RecoveryRequest.objects.select_for_update().filter(user=user).first()
    if request is None or not request.answer:
        return None
    try:
        plain = SealedBox(_recovery_private_key(wrapping.normalise_recovery_code(typed))).decrypt(
            request.answer
        )
    except CryptoError:
        return None
    pair = MemberCredential.from_bytes(plain)
    services.replace_password_slot(user=user, pair=pair, password=password)
    code = services.replace_recovery_code(user=user, pair=pair)
    request.delete()
    record_audit_event(
        AuditAction.RECOVERY_COMPLETED, store="identity", actor="user", target=f"user:{user.pk}"
    )
    return pair, code


def recovery_requests_without_proofing() -> list[RecoveryRequest]:
    """For registrars: who waits for new proof, the longest first."""
    return list(
        RecoveryRequest.objects.filter(proof="").select_related("user").order_by("asked_at")[:100]
    )


def _recovery_private_key(code: str) -> PrivateKey:
    """160 random bits need no stretching."""
    return PrivateKey(wrapping.derive_token_key(code, "asked"))
