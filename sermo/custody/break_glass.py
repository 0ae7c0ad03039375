"""Break-glass: the author of one post is disclosed to one person by two of three custodians.

An audit event is recorded before anything is decrypted, the member is notified, and the public
count goes up by one. No row and no audit event of either store links the post, or the number of
the request, to the person it names.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.selectors import real_name
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import coarse, crypto, keys
from sermo.core.jobs import enqueue
from sermo.custody import custodians, request_rules
from sermo.custody.errors import CustodyRefusal
from sermo.custody.offline import custodian_file
from sermo.custody.offline.custodian_file import CustodianFile
from sermo.members import services as members
from sermo.moderation.models import AuthorDisclosure, DisclosureState
from sermo.moderation.selectors import targets
from sermo.moderation.selectors.targets import AuthoredPost
from sermo.moderation.services.authors import post_author_id

KEY_PURPOSE = "author-disclosure"
MIN_REASON_LENGTH = 40
MAX_HOLD_DAYS = 366
PADDED_REQUEST_BYTES = 8192


@dataclass(frozen=True)
class DisclosureRequest:
    """What an operator enters. `notify_on` is the last day of a legal hold, or None."""

    post: AuthoredPost
    reason: str
    requester: custodians.NamedPerson
    custodian_pair: str
    # 32 bytes; the private key stays with the requester.
    recipient_public_key: bytes
    hours: int
    notify_on: dt.date | None = None


def request_disclosure(request: DisclosureRequest) -> AuthorDisclosure:
    """Begin, and tell the sealed worker. Raises `CustodyRefusal`."""
    _refuse_invalid(request)
    disclosure = AuthorDisclosure(
        target_kind=targets.target_kind(request.post),
        target_id=request.post.pk,
        encrypted_request=_encrypt_request(request),
        pair=request.custodian_pair,
        recipient=request.recipient_public_key,
        requested_at=timezone.now(),
        expires_at=timezone.now() + dt.timedelta(hours=request.hours),
        notify_on=request.notify_on,
    )
    # Recorded first and in a transaction of its own, so that a request that fails later is seen.
    record_audit_event(
        AuditAction.DISCLOSURE_REQUESTED,
        store="community",
        actor="operator",
        target=f"disclosure:{disclosure.pk}",
        details={
            "kind": disclosure.target_kind,
            "custodians": request.custodian_pair,
            "held": bool(request.notify_on),
        },
    )
    with transaction.atomic():
        disclosure.save(force_insert=True)
        enqueue("sealed.prepare_disclosure", str(disclosure.pk))
    return disclosure


def _refuse_invalid(request: DisclosureRequest) -> None:
    custodians.refuse_custodian(request.requester)
    if len(request.reason.strip()) < MIN_REASON_LENGTH:
        raise CustodyRefusal(f"Write the reason down, in {MIN_REASON_LENGTH} letters or more.")
    custodian_file.refuse_unknown_pair(request.custodian_pair)
    request_rules.refuse_wrong_duration(request.hours)
    today = timezone.localdate()
    last_day = today + dt.timedelta(days=MAX_HOLD_DAYS)
    if request.notify_on and not today < request.notify_on <= last_day:
        raise CustodyRefusal("A legal hold ends on a day within the year to come.")
    if not targets.is_author_stored(request.post):
        raise CustodyRefusal("This post is too old: nothing stored names its author any more.")
    request_rules.refuse_broken_audit_chain()


@transaction.atomic
def prepare_disclosure(disclosure_id: UUID) -> None:
    """In the sealed worker: remove the outer layer of the author's identity escrow. Idempotent."""
    disclosure = (
        AuthorDisclosure.objects.select_for_update(skip_locked=True)
        .filter(pk=disclosure_id, state=DisclosureState.REQUESTED, expires_at__gt=timezone.now())
        .first()
    )
    if disclosure is None:
        return
    author_id = post_author_id(disclosure.target_kind, disclosure.target_id)
    escrow = members.identity_escrow_of(author_id) if author_id else b""
    ciphertext = members.unpack_identity_escrow(escrow).get(disclosure.pair)
    if ciphertext is None:  # a member who has left has no escrow
        disclosure.state = DisclosureState.EXPIRED
    else:
        disclosure.ciphertext = crypto.decrypt_with_private_key(
            keys.KeyName.INNER_PRIVATE, ciphertext
        )
        disclosure.state = DisclosureState.READY
    disclosure.save(update_fields=["ciphertext", "state"])


def file_for_custodians(disclosure: AuthorDisclosure) -> CustodianFile:
    """The file for the first custodian. Raises `CustodyRefusal` unless the disclosure is ready."""
    if disclosure.state != DisclosureState.READY:
        raise CustodyRefusal(f"There is nothing to hand out: {disclosure.get_state_display()}.")
    return custodian_file.new_custodian_file(
        id=disclosure.pk.hex,
        purpose=custodian_file.DISCLOSURE,
        custodian_pair=disclosure.pair,
        expires_at=disclosure.expires_at,
        recipient_public_key=bytes(disclosure.recipient),
        ciphertext=bytes(disclosure.ciphertext),
    )


def disclose_author(
    *, disclosure: AuthorDisclosure, file: CustodianFile, private_key: bytes
) -> custodians.NamedPerson:
    """The author's name and address, for the person who asked; once only.

    Raises `CustodyRefusal`.
    """
    if file.id != disclosure.pk.hex or file.purpose != custodian_file.DISCLOSURE:
        raise CustodyRefusal("This file belongs to another request.")
    if disclosure.expires_at <= timezone.now():
        raise CustodyRefusal("This request has expired; a new one needs a new reason.")
    user_id = UUID(bytes=custodian_file.decrypt_result(file, private_key))
    request_rules.refuse_broken_audit_chain()
    record_audit_event(
        AuditAction.DISCLOSURE_COMPLETED,
        store="community",
        actor="operator",
        target=f"disclosure:{disclosure.pk}",
    )
    _mark_disclosed(disclosure)
    # Without the number of the request: together with the community's event it would link the
    # post to the person.
    record_audit_event(
        AuditAction.PERSON_DISCLOSED, store="identity", actor="operator", target="a person"
    )
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise CustodyRefusal("The account behind it has been deleted.")
    return custodians.NamedPerson(real_name(user), user.email)


@transaction.atomic
def _mark_disclosed(disclosure: AuthorDisclosure) -> None:
    updated = AuthorDisclosure.objects.filter(pk=disclosure.pk, state=DisclosureState.READY).update(
        state=DisclosureState.OPENED,
        ciphertext=b"",
        opened_month=coarse.to_month(timezone.localdate()),
    )
    if not updated:
        raise CustodyRefusal("This request was opened already, or has ended.")
    enqueue("sealed.notify_author", str(disclosure.pk))


@transaction.atomic
def notify_author(disclosure_id: UUID) -> None:
    """In the sealed worker: an encrypted notice to the member, after a legal hold if there is one.

    Idempotent.
    """
    disclosure = (
        AuthorDisclosure.objects.select_for_update(skip_locked=True)
        .filter(pk=disclosure_id, state=DisclosureState.OPENED, is_notified=False)
        .first()
    )
    if disclosure is None:
        return
    if disclosure.notify_on and disclosure.notify_on > timezone.localdate():
        return
    posts = targets.posts_by_id({(disclosure.target_kind, disclosure.target_id)})
    content = {
        "kind": "opened",
        "path": posts[disclosure.target_id].get_absolute_url(),
        "month": str(disclosure.opened_month),
        "held_until": str(disclosure.notify_on or ""),
    }
    author_id = post_author_id(disclosure.target_kind, disclosure.target_id)
    if author_id is not None:  # nobody can read a notice to somebody who has left
        members.leave_notice(author_id, content)
    AuthorDisclosure.objects.filter(pk=disclosure.pk).update(is_notified=True)


def due_disclosures() -> tuple[list[UUID], list[UUID]]:
    """What a lost message or a legal hold left: to prepare, and to notify. Expires the rest."""
    AuthorDisclosure.objects.filter(
        state__in=[DisclosureState.REQUESTED, DisclosureState.READY],
        expires_at__lte=timezone.now(),
    ).update(state=DisclosureState.EXPIRED, ciphertext=b"")
    to_prepare = AuthorDisclosure.objects.filter(state=DisclosureState.REQUESTED)
    to_notify = AuthorDisclosure.objects.filter(state=DisclosureState.OPENED, is_notified=False)
    return (
        list(to_prepare.values_list("pk", flat=True)),
        list(to_notify.values_list("pk", flat=True)),
    )


def _encrypt_request(request: DisclosureRequest) -> bytes:
    fields = {"reason": request.reason.strip(), **asdict(request.requester)}
    padded = crypto.pad(json.dumps(fields).encode(), PADDED_REQUEST_BYTES)
    return crypto.encrypt_with_named_key(keys.KeyName.FIELD, KEY_PURPOSE, padded)


def decrypt_request(disclosure: AuthorDisclosure) -> dict[str, str]:
    """The written reason, and name and email of the requester.

    Raises `DecryptionError` if the column was changed.
    """
    padded = crypto.decrypt_with_named_key(
        keys.KeyName.FIELD, KEY_PURPOSE, bytes(disclosure.encrypted_request)
    )
    fields: dict[str, str] = json.loads(crypto.unpad(padded))
    return fields
