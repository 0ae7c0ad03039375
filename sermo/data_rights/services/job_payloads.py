"""Member jobs and their payloads: encrypted to the INNER key, deleted when the job is done."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from sermo.core import crypto, keys
from sermo.core.jobs import enqueue
from sermo.members.models import Member, MemberJob, MemberJobKind
from sermo.members.pseudonyms import PSEUDONYM_BYTES
from sermo.members.records import load_member
from sermo.members.services import end_membership
from sermo.members.viewer import Viewer

PADDED_PAYLOAD_BYTES = 512
EXPORT_SCOPE = "member-job:export"
TOKEN_BYTES = 24


@dataclass(frozen=True)
class JobPayload:
    """For whom the job is: a member and their secret, no user."""

    viewer: Viewer
    # Leaving only: whether posts under the handle stay.
    keeps_named: bool = True


def export_locator(viewer: Viewer) -> bytes:
    """The locator of a member's export; only the member can compute it."""
    return viewer.pseudonym(EXPORT_SCOPE)


def address_locator(token: str) -> bytes:
    """The locator of the job behind the address shown to a member who has just left."""
    return hashlib.sha256(b"member-job:" + token.encode()).digest()[:PSEUDONYM_BYTES]


def begin_export(viewer: Viewer) -> MemberJob:
    """Start an export. A finished one is replaced; one that runs is returned."""
    locator = export_locator(viewer)
    MemberJob.objects.filter(locator=locator, finished_on__isnull=False).delete()
    return _begin(MemberJobKind.EXPORT, locator, JobPayload(viewer))


@transaction.atomic
def begin_leaving(viewer: Viewer, *, keeps_named: bool) -> str:
    """Start the community's side of leaving; the token of the address that shows its progress.

    Every session of the member ends at its next request.
    """
    end_membership(viewer)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _begin(MemberJobKind.LEAVING, address_locator(token), JobPayload(viewer, keeps_named))
    return token


def _begin(kind: MemberJobKind, locator: bytes, payload: JobPayload) -> MemberJob:
    try:
        with transaction.atomic():
            job = MemberJob.objects.create(
                kind=kind, locator=locator, encrypted_payload=_encrypt_payload(payload)
            )
            enqueue("sealed.run_member_job", str(job.pk))
            return job
    except IntegrityError:  # two requests at once
        return MemberJob.objects.get(locator=locator)


def _encrypt_payload(payload: JobPayload) -> bytes:
    fields = {
        "member": payload.viewer.member.pk.hex,
        "secret": base64.b64encode(payload.viewer.secret).decode(),
        "keeps_named": payload.keeps_named,
    }
    padded = crypto.pad(json.dumps(fields).encode(), PADDED_PAYLOAD_BYTES)
    return crypto.encrypt_to_public_key(keys.KeyName.INNER_PUBLIC, padded)


def decrypt_payload(job: MemberJob) -> JobPayload:
    """In the sealed worker. Raises `DecryptionError`."""
    padded = crypto.decrypt_with_private_key(
        keys.KeyName.INNER_PRIVATE, bytes(job.encrypted_payload)
    )
    fields = json.loads(crypto.unpad(padded))
    member_id = UUID(fields["member"])
    found = load_member(member_id)
    if found is not None:
        member = found.member
    else:  # the night can delete the record before the job of leaving is done
        member = Member.objects.filter(pk=member_id).first() or Member(pk=member_id)
    return JobPayload(Viewer(member, base64.b64decode(fields["secret"])), fields["keeps_named"])


def report_progress(job: MemberJob, steps_done: int, steps_total: int) -> None:
    """Show how far the job is."""
    MemberJob.objects.filter(pk=job.pk).update(steps_done=steps_done, steps_total=steps_total)


def finish(job: MemberJob, encrypted_result: bytes = b"") -> None:
    """Store the result and delete the payload: the row no longer says for whom it was."""
    MemberJob.objects.filter(pk=job.pk).update(
        encrypted_payload=b"",
        encrypted_result=encrypted_result,
        finished_on=timezone.localdate(),
    )
