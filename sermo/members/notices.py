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
from sermo.members.models import EncryptedNotice, Member
from sermo.members.viewer import Viewer

# Every notice has this size before it is sealed.
PADDED_NOTICE_BYTES = 1024
RETENTION_MONTHS = 12
MAX_DECRYPTION_ATTEMPTS = 500

NoticeContent = dict[str, Any]


def notice_key_pair(secret: bytes) -> PrivateKey:
    """The key pair that follows from a member secret."""
    return PrivateKey(hmac.new(secret, b"notice-key", hashlib.sha256).digest())


def leave_notice(member_id: UUID, said: NoticeContent) -> bool:
    """Leave a notice; False while the member has no key yet, so that it stays to be told."""
    key = Member.objects.filter(pk=member_id).values_list("notice_public_key", flat=True).first()
    if not key:
        return False
    padded = crypto.pad(json.dumps(said).encode(), PADDED_NOTICE_BYTES)
    EncryptedNotice.objects.create(
        box=SealedBox(PublicKey(bytes(key))).encrypt(padded),
        month=timezone.localdate().replace(day=1),
    )
    return True


def read_notices(viewer: Viewer) -> list[NoticeContent]:
    """What is for this member, of the past twelve months; one statement."""
    own = SealedBox(notice_key_pair(viewer.secret))
    opened = []
    for row in EncryptedNotice.objects.order_by("-month", "id")[:MAX_DECRYPTION_ATTEMPTS]:
        try:
            opened.append(json.loads(crypto.unpad(own.decrypt(row.box))))
        except CryptoError:
            continue
    return opened


def delete_old_notices() -> int:
    """Notices older than a year; how many."""
    today = timezone.localdate()
    before = today.replace(year=today.year - 1, day=1)
    return EncryptedNotice.objects.filter(month__lt=before).delete()[0]
