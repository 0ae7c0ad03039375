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

from accounts import sealing, services
from accounts.errors import NotProvable
from accounts.models import Proof, RecoveryRequest, User
from accounts.sealing import Pair
from sermo.audit.actions import Action
from sermo.audit.services import record
from sermo.routers import IDENTITY

WAIT = dt.timedelta(hours=72)
ASKED_BODY = """Somebody who signed in with your e-mail address has asked for your membership to be
given back by two custodians. This takes at least 72 hours and new proof of identity.

If it was you, there is nothing to do: we will ask you for the proof.
If it was not you, change your password now. If you still have a device that opens your
membership, signing in there ends the request at once.
"""
BACK_BODY = """Two custodians have done their part. Sign in, and type the code you wrote down when
you asked for this. It opens your membership under the name you had.
"""


def of(user: User) -> RecoveryRequest | None:
    return RecoveryRequest.objects.filter(user=user).first()


@transaction.atomic(using=IDENTITY)
def ask(*, user: User) -> tuple[RecoveryRequest, str]:
    """Begin the wait; the code to write down, "" where the wait runs already."""
    running = RecoveryRequest.objects.select_for_update().filter(user=user).first()
    if running is not None:
        return running, ""
    now, code = timezone.now(), sealing.new_recovery_code()
    request, is_new = RecoveryRequest.objects.get_or_create(
        user=user,
        defaults={
            "asked_at": now,
            "due_at": now + WAIT,
            "recipient": bytes(_key_of(code).public_key),
        },
    )
    if not is_new:
        return request, ""
    record(Action.RECOVERY_ASKED, store="identity", actor="user", target=f"user:{user.pk}")
    send_mail("Your membership: a request", ASKED_BODY, None, [user.email])
    return request, code


@transaction.atomic(using=IDENTITY)
def call_off(*, user: User) -> None:
    """End the request: whoever lost the code asks anew, and waits anew."""
    gone, _ = RecoveryRequest.objects.filter(user=user).delete()
    if gone:
        record(Action.RECOVERY_CALLED_OFF, store="identity", actor="user", target=f"user:{user.pk}")


@transaction.atomic(using=IDENTITY)
def prove(*, request: RecoveryRequest, registrar: User, proof: str) -> None:
    """A registrar has checked anew who this is. Raises `NotProvable` for oneself."""
    if registrar.pk == request.user_id or proof not in Proof.values:
        raise NotProvable
    RecoveryRequest.objects.filter(pk=request.pk).update(proof=proof, proved_by=registrar)
    record(
        Action.RECOVERY_PROVED,
        store="identity",
        actor=f"user:{registrar.pk}",
        target=f"user:{request.user_id}",
        reason=proof,
    )


@transaction.atomic(using=IDENTITY)
def bring_back(*, request_id: UUID, answer: bytes) -> None:
    """Lay down what the custodians brought; only the person's code opens it."""
    request = RecoveryRequest.objects.select_for_update().get(pk=request_id)
    request.answer, request.box = answer, b""
    request.save(update_fields=["answer", "box"])
    record(
        Action.RECOVERY_BROUGHT_BACK,
        store="identity",
        actor="system",
        target=f"user:{request.user_id}",
    )
    send_mail("Your membership can be opened", BACK_BODY, None, [request.user.email])


@transaction.atomic(using=IDENTITY)
def finish(*, user: User, typed: str, password: str) -> tuple[Pair, str] | None:
    """The pair and a new recovery code; None where the code is wrong.

    From now on the password, already checked, opens the membership again.
    """
    request = RecoveryRequest.objects.select_for_update().filter(user=user).first()
    if request is None or not request.answer:
        return None
    try:
        plain = SealedBox(_key_of(sealing.fold_recovery_code(typed))).decrypt(request.answer)
    except CryptoError:
        return None
    pair = Pair.from_bytes(plain)
    services.reseal_password(user=user, pair=pair, password=password)
    code = services.renew_recovery_code(user=user, pair=pair)
    request.delete()
    record(Action.RECOVERY_ENDED, store="identity", actor="user", target=f"user:{user.pk}")
    return pair, code


def waiting() -> list[RecoveryRequest]:
    """For registrars: who waits for new proof, the longest first."""
    return list(
        RecoveryRequest.objects.filter(proof="").select_related("user").order_by("asked_at")[:100]
    )


def _key_of(code: str) -> PrivateKey:
    """160 random bits need no stretching."""
    return PrivateKey(sealing.token_key(code, "asked"))
