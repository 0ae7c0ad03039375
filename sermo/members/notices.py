"""A word that only one member can read, in a row that says neither whose it is.

The member's key pair follows from the member secret. Whoever tells seals to the public half; the
member's session tries every notice of the past year and opens its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

from django.utils import timezone
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from sermo.core import crypto
from sermo.members.models import Member, SealedNotice
from sermo.members.viewer import Viewer

# Every notice has this size before it is sealed.
NOTICE_BYTES = 1024
MONTHS_KEPT = 12
MOST_TRIED = 500

Said = dict[str, Any]


def key_pair(secret: bytes) -> PrivateKey:
    """The key pair that follows from a member secret."""
    return PrivateKey(hmac.new(secret, b"notice-key", hashlib.sha256).digest())


def tell(member_id: UUID, said: Said) -> bool:
    """Leave a notice; False while the member has no key yet, so that it stays to be told."""
    key = Member.objects.filter(pk=member_id).values_list("notice_key", flat=True).first()
    if not key:
        return False
    padded = crypto.pad(json.dumps(said).encode(), NOTICE_BYTES)
    SealedNotice.objects.create(
        box=SealedBox(PublicKey(bytes(key))).encrypt(padded),
        month=timezone.localdate().replace(day=1),
    )
    return True


def read(viewer: Viewer) -> list[Said]:
    """What is for this member, of the past twelve months; one statement."""
    own = SealedBox(key_pair(viewer.secret))
    opened = []
    for row in SealedNotice.objects.order_by("-month", "id")[:MOST_TRIED]:
        try:
            opened.append(json.loads(crypto.unpad(own.decrypt(row.box))))
        except CryptoError:
            continue
    return opened


def forget() -> int:
    """Notices older than a year; how many."""
    today = timezone.localdate()
    before = today.replace(year=today.year - 1, day=1)
    return SealedNotice.objects.filter(month__lt=before).delete()[0]
