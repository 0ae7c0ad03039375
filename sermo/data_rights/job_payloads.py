"""What the sealed worker is told: sealed to the inner key, gone when the work is done."""

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
from sermo.members.viewer import Viewer

BRIEF_BYTES = 512
EXPORT_SCOPE = "errand:export"


@dataclass(frozen=True)
class Brief:
    """Whose work it is: a member and their secret, no user."""

    viewer: Viewer
    keeps_named: bool = True


def export_locator(viewer: Viewer) -> bytes:
    """The row of a member's export; only they compute it."""
    return viewer.pseudonym(EXPORT_SCOPE)


def address_locator(token: str) -> bytes:
    """The row behind the address shown to somebody who has just left."""
    return hashlib.sha256(b"errand:" + token.encode()).digest()[:PSEUDONYM_BYTES]


def begin_export(viewer: Viewer) -> MemberJob:
    """Ask for a copy; one that was finished gives way to the new one, one that runs stays."""
    MemberJob.objects.filter(locator=export_locator(viewer), finished_on__isnull=False).delete()
    return _begin(MemberJobKind.EXPORT, export_locator(viewer), Brief(viewer))


def begin_leaving(viewer: Viewer, *, keeps_named: bool) -> str:
    """The community's side of leaving; the token of the address where it can be followed."""
    token = secrets.token_urlsafe(24)
    _begin(MemberJobKind.LEAVING, address_locator(token), Brief(viewer, keeps_named))
    return token


def _begin(kind: MemberJobKind, locator: bytes, brief: Brief) -> MemberJob:
    try:
        with transaction.atomic():
            errand = MemberJob.objects.create(kind=kind, locator=locator, brief=_close(brief))
            enqueue("sealed.errand", str(errand.pk))
            return errand
    except IntegrityError:  # asked for twice at once
        return MemberJob.objects.get(locator=locator)


def _close(brief: Brief) -> bytes:
    said = {
        "member": brief.viewer.member.pk.hex,
        "secret": base64.b64encode(brief.viewer.secret).decode(),
        "keeps_named": brief.keeps_named,
    }
    return crypto.encrypt_to_public_key(
        keys.KeyName.INNER_PUBLIC, crypto.pad(json.dumps(said).encode(), BRIEF_BYTES)
    )


def open_(errand: MemberJob) -> Brief:
    """In the sealed worker. Raises `DecryptionError`, `Member.DoesNotExist`."""
    said = json.loads(
        crypto.unpad(
            crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, bytes(errand.brief))
        )
    )
    member = Member.objects.get(pk=UUID(said["member"]))
    return Brief(Viewer(member, base64.b64decode(said["secret"])), said["keeps_named"])


def finish(errand: MemberJob, result: bytes = b"") -> None:
    """The brief goes; what stays tells nobody whose it was."""
    MemberJob.objects.filter(pk=errand.pk).update(
        brief=b"", result=result, finished_on=timezone.localdate()
    )
