"""Notices that only one member can read, in rows that do not say whose they are.

A notice is encrypted to the member's public key. The member's session tries every
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
from sermo.members.records import load_record

# Every notice is padded to this size.
PADDED_NOTICE_BYTES = 1024


def leave_notice(member_id: UUID, content: dict[str, Any]) -> bool:
    """Write a notice. False if nobody has this id, as the author of a leaver's post."""
    key = _notice_public_key(member_id)
    if not key:
        return False
    padded = crypto.pad(json.dumps(content).encode(), PADDED_NOTICE_BYTES)
    EncryptedNotice.objects.create(
        ciphertext=SealedBox(PublicKey(bytes(key))).encrypt(padded),
        month=coarse.to_month(timezone.localdate()),
    )
    return True


def _notice_public_key(member_id: UUID) -> bytes:
    row = Member.objects.filter(pk=member_id).only("notice_public_key").first()
    if row is not None:
        return bytes(row.notice_public_key)
    record = load_record(member_id)
    return record.pending.notice_public_key if record and record.pending else b""


def delete_old_notices() -> int:
    """Delete notices older than twelve months; how many."""
    month = coarse.to_month(timezone.localdate())
    before = month.replace(year=month.year - 1)
    return EncryptedNotice.objects.filter(month__lt=before).delete()[0]
