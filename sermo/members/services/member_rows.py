"""When a member gets a row of their own: with the first word under a name, or on a Monday.

At entry only the blinded record is written. Otherwise the nights of both stores would show whose
membership was issued when.
"""

from __future__ import annotations

import calendar
import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sermo.core.advisory_lock import lock_until_commit
from sermo.members.models import Member
from sermo.members.records import all_records, load_record, unsaved_member
from sermo.members.viewer import Viewer


def ensure_member_row(viewer: Viewer) -> None:
    """Write the member's row if there is none; every write that refers to a member calls it.

    In the caller's transaction: the row comes with the word or not at all. Idempotent.
    """
    if viewer.is_pending:
        with transaction.atomic():
            _write_row(viewer.member.pk)


def write_pending_rows() -> int:
    """Nightly: on Mondays, write the rows of all members who have none; how many.

    In random order, so that it does not tell who entered first.
    """
    if timezone.localdate().weekday() != calendar.MONDAY:
        return 0
    pending = [
        member_id
        for member_id, record in all_records()
        if record.pending is not None and record.left_on is None
    ]
    secrets.SystemRandom().shuffle(pending)
    for member_id in pending:
        with transaction.atomic():
            _write_row(member_id)
    return len(pending)


def lock_member_row(member_id: UUID) -> None:
    """Wait for whoever writes this member's row now, and be the only one until the commit."""
    lock_until_commit(f"member-row:{member_id.hex}")


def _write_row(member_id: UUID) -> None:
    lock_member_row(member_id)
    record = load_record(member_id)
    if record is not None and record.pending is not None:
        member = unsaved_member(member_id, record.pending)
        Member.objects.bulk_create([member], ignore_conflicts=True)
