"""Notices that only one member can read, in rows that do not say whose they are.

A notice is encrypted to the public key in the member's row. The member's session tries every
notice of the past year and decrypts its own (sermo.members.selectors.read_notices).
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.utils import timezone
from nacl.public import PublicKey, SealedBox

from sermo.core import coarse, crypto
from sermo.members.models import EncryptedNotice, Member

# Every notice is padded to this size.
PADDED_NOTICE_BYTES = 1024


def leave_notice(member_id: UUID, content: dict[str, Any]) -> bool:
    """Write a notice. False if the member has no key yet: the caller tries again later."""
    key = Member.objects.filter(pk=member_id).values_list("notice_public_key", flat=True).first()
    if not key:
        return False
    padded = crypto.pad(json.dumps(content).encode(), PADDED_NOTICE_BYTES)
    EncryptedNotice.objects.create(
        ciphertext=SealedBox(PublicKey(bytes(key))).encrypt(padded),
        month=coarse.to_month(timezone.localdate()),
    )
    return True


def delete_old_notices() -> int:
    """Delete notices older than twelve months; how many."""
    month = coarse.to_month(timezone.localdate())
    before = month.replace(year=month.year - 1)
    return EncryptedNotice.objects.filter(month__lt=before).delete()[0]
