"""When a member gets a row of their own: with the first word under a name, or with a month's batch.

At entry only the blinded record is written. Otherwise the nights of both stores would show whose
membership was issued when: the identity store shows the night on which somebody joined, and rows
written each week would be one in the entries of that week (docs/decisions/0026).
"""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sermo.core import coarse
from sermo.core.advisory_lock import lock_until_commit
from sermo.members.models import Member
from sermo.members.records import all_records, load_record, unsaved_member
from sermo.members.viewer import Viewer

# Between an entry and the batch that writes the row.
MIN_DAYS_BEFORE_BATCH = 30


def ensure_member_row(viewer: Viewer) -> None:
    """Write the member's row if there is none; every write that refers to a member calls it.

    In the caller's transaction: the row comes with the word or not at all. Idempotent.
    """
    if viewer.is_pending:
        with transaction.atomic():
            _write_row(viewer.member.pk)


def write_pending_rows() -> int:
    """Nightly: write the rows of members who entered 30 days before this month began; how many.

    The first night of a month writes all of them, in random order; the others find none.
    """
    month = coarse.to_month(timezone.localdate())
    latest = month - dt.timedelta(days=MIN_DAYS_BEFORE_BATCH)
    pending = [
        member_id
        for member_id, record in all_records()
        if record.pending is not None
        and record.pending.entered_on < latest
        and record.left_on is None
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
