"""Recovery by custodians: new identity proofing, 72 hours, and two of three custodians.

The code shown at the request gives a key pair. The custodians' result is encrypted to it, so only
the person who asked can decrypt what comes back.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from accounts.credential_wrapping import tokens
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.errors import IdentityNotProofed
from accounts.models import ProofingMethod, RecoveryRequest, User
from accounts.services import credential_slots
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


@transaction.atomic(using=IDENTITY)
def request_recovery(*, user: User) -> tuple[RecoveryRequest, str]:
    """Begin the wait; the request and the code to write down, "" where one is pending already."""
    pending = RecoveryRequest.objects.select_for_update().filter(user=user).first()
    if pending is not None:
        return pending, ""
    now, code = timezone.now(), tokens.new_recovery_code()
    request, is_new = RecoveryRequest.objects.get_or_create(
        user=user,
        defaults={
            "requested_at": now,
            "wait_ends_at": now + WAITING_TIME,
            "recipient_public_key": bytes(_recovery_private_key(code).public_key),
        },
    )
    if not is_new:
        return request, ""
    _record(AuditAction.RECOVERY_REQUESTED, user)
    send_mail("Your membership: a request", REQUESTED_EMAIL_BODY, None, [user.email])
    return request, code


@transaction.atomic(using=IDENTITY)
def cancel_recovery(*, user: User) -> None:
    """Delete the request. A user who lost the code requests again, and waits again."""
    deleted, _ = RecoveryRequest.objects.filter(user=user).delete()
    if deleted:
        _record(AuditAction.RECOVERY_CANCELLED, user)


@transaction.atomic(using=IDENTITY)
def record_identity_proofing(
    *, request: RecoveryRequest, registrar: User, proofing_method: str
) -> None:
    """A registrar has proofed the identity of the person again.

    Raises `IdentityNotProofed` for an unknown method, and if the registrar proofs themselves.
    """
    if registrar.pk == request.user_id or proofing_method not in ProofingMethod.values:
        raise IdentityNotProofed
    RecoveryRequest.objects.filter(pk=request.pk).update(
        proofing_method=proofing_method, proofed_by=registrar
    )
    record_audit_event(
        AuditAction.RECOVERY_IDENTITY_PROOFED,
        store="identity",
        actor=f"user:{registrar.pk}",
        target=f"user:{request.user_id}",
        reason=proofing_method,
    )


@transaction.atomic(using=IDENTITY)
def store_recovered_credential(*, request_id: UUID, ciphertext: bytes) -> None:
    """Store what the custodians returned; only the person's code decrypts it."""
    request = RecoveryRequest.objects.select_for_update().get(pk=request_id)
    request.recovered_ciphertext, request.custodian_ciphertext = ciphertext, b""
    request.save(update_fields=["recovered_ciphertext", "custodian_ciphertext"])
    _record(AuditAction.RECOVERY_RETURNED_BY_CUSTODIANS, request.user, actor="system")
    send_mail("Your membership can be opened", RETURNED_EMAIL_BODY, None, [request.user.email])


@transaction.atomic(using=IDENTITY)
def complete_recovery(
    *, user: User, typed: str, password: str
) -> tuple[MemberCredential, str] | None:
    """The credential and a new recovery code; None where the typed code is wrong.

    The password, checked by the caller, unwraps the credential from now on.
    """
    request = RecoveryRequest.objects.select_for_update().filter(user=user).first()
    if request is None or not request.recovered_ciphertext:
        return None
    private_key = _recovery_private_key(tokens.normalise_recovery_code(typed))
    try:
        plaintext = SealedBox(private_key).decrypt(request.recovered_ciphertext)
    except CryptoError:
        return None
    credential = MemberCredential.from_bytes(plaintext)
    credential_slots.replace_password_slot(user=user, credential=credential, password=password)
    code = credential_slots.replace_recovery_code(user=user, credential=credential)
    request.delete()
    _record(AuditAction.RECOVERY_COMPLETED, user)
    return credential, code


def _recovery_private_key(code: str) -> PrivateKey:
    """The key pair of a recovery request; 160 random bits need no password hash."""
    return PrivateKey(tokens.derive_token_key(code, "recovery-request"))


def _record(action: AuditAction, user: User, *, actor: str = "user") -> None:
    record_audit_event(action, store="identity", actor=actor, target=f"user:{user.pk}")
