"""The blinded record of each member: what nobody may see beside a handle.

Written at entry, before the member has a row of their own (`Member`). That row comes with the first
word under a name or with a monthly batch, so that it does not tell when somebody entered. Until
then the record keeps what the row will hold. A ban and leaving are in the record alone.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from sermo.blinded_rows.epochs import Epoch
from sermo.blinded_rows.table import BlindedTable
from sermo.members.models import HandleReservation, Member, MemberRecord

NAME_BYTES = 16
# The first records of members without a row did not say when they entered: the next batch has them.
NO_DAY = "2000-01-01"
# A record has at most 1,300 bytes; a row of this length stays in its page of the table.
MEMBER_RECORDS = BlindedTable(MemberRecord, name_bytes=NAME_BYTES, content_bytes=1536)
FIRST_WEEK = dt.timedelta(days=7)
# The content is the member id.
HANDLE_RESERVATIONS = BlindedTable(HandleReservation, name_bytes=NAME_BYTES, content_bytes=32)

_MEMBER_AND_RECORD = """
SELECT member.*, record.epoch AS record_epoch, record.ciphertext AS record_ciphertext
  FROM members_memberrecord record
  LEFT JOIN members_member member ON member.id = %s
 WHERE record.locator = ANY(%s)
"""


@dataclass(frozen=True)
class PendingMember:
    """What a member's row will hold, and the day of entry."""

    handle: str
    handle_key: str
    wants_mail: bool
    # 32 bytes.
    notice_public_key: bytes
    entered_on: dt.date


@dataclass(frozen=True)
class Record:
    """What is known of one member."""

    # Empty for members of tests and of measurements.
    identity_escrow: bytes = b""
    is_banned: bool = False
    # The day, until the next night has taken the author out of all capsules.
    left_on: dt.date | None = None
    # None once the member's row exists.
    pending: PendingMember | None = None
    # The day of entry, until the night after a member's first week.
    entered_on: dt.date | None = None

    def is_newcomer(self, today: dt.date) -> bool:
        """Whether this is the member's first week."""
        return self.entered_on is not None and today < self.entered_on + FIRST_WEEK


class MemberAndRecord(NamedTuple):
    """A member who has no row yet is unsaved."""

    member: Member
    record: Record


def encode(record: Record) -> bytes:
    """The content of a record's row."""
    fields: dict[str, Any] = {
        "escrow": _to_text(record.identity_escrow),
        "banned": record.is_banned,
        "left": record.left_on.isoformat() if record.left_on else "",
    }
    if record.entered_on:
        fields["entered"] = record.entered_on.isoformat()
    if record.pending:
        fields["pending"] = asdict(record.pending) | {
            "notice_public_key": _to_text(record.pending.notice_public_key),
            "entered_on": record.pending.entered_on.isoformat(),
        }
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def decode(content: bytes) -> Record:
    """What `encode` encoded."""
    fields = json.loads(content)
    pending = fields.get("pending")
    return Record(
        identity_escrow=base64.b64decode(fields["escrow"]),
        is_banned=fields["banned"],
        left_on=dt.date.fromisoformat(fields["left"]) if fields["left"] else None,
        pending=pending and _decode_pending(pending),
        entered_on=dt.date.fromisoformat(fields["entered"]) if "entered" in fields else None,
    )


def _decode_pending(fields: dict[str, Any]) -> PendingMember:
    return PendingMember(
        **fields
        | {
            "notice_public_key": base64.b64decode(fields["notice_public_key"]),
            "entered_on": dt.date.fromisoformat(fields.get("entered_on", NO_DAY)),
        }
    )


def load_record(member_id: UUID) -> Record | None:
    """The record; None of a member who left before the last night. One statement."""
    content = MEMBER_RECORDS.get(member_id.bytes).get(member_id.bytes)
    return None if content is None else decode(content)


def load_member(member_id: UUID) -> MemberAndRecord | None:
    """The member and the record in one statement; three if the table was renewed or has none.

    None for a member who left before the last night.
    """
    epoch = MEMBER_RECORDS.epoch()
    found = _find(epoch, member_id)
    if found is None:
        fresh = MEMBER_RECORDS.reread_epoch()
        found = None if fresh == epoch else _find(fresh, member_id)
    return found


def change_record(member_id: UUID, change: Callable[[Record], Record]) -> None:
    """Change the record under the lock of its row. Raises `MissingRowError`."""
    MEMBER_RECORDS.update(member_id.bytes, lambda content: encode(change(decode(content))))


def all_records() -> Iterator[tuple[UUID, Record]]:
    """Every member id and record; reads the whole table, in chunks."""
    for name, content in MEMBER_RECORDS.scan():
        yield UUID(bytes=name), decode(content)


def unsaved_member(member_id: UUID, pending: PendingMember) -> Member:
    """The row that this member will have."""
    return Member(
        id=member_id,
        handle=pending.handle,
        handle_key=pending.handle_key,
        wants_mail=pending.wants_mail,
        notice_public_key=pending.notice_public_key,
    )


def reservation_name(handle_key: str) -> bytes:
    """The name of the reservation of this handle and of all that look like it; 16 bytes."""
    return hashlib.sha256(b"handle:" + handle_key.encode()).digest()[:NAME_BYTES]


def is_reserved_handle(handle_key: str) -> bool:
    """Whether somebody without a row has chosen this handle. One statement; two if nobody has."""
    return bool(HANDLE_RESERVATIONS.get(reservation_name(handle_key)))


def prepare_record_renewal() -> Callable[[bytes, bytes], tuple[bytes, bytes]]:
    """What the night does to each record: where the member's row exists, nothing is pending.

    After the first week a record does not say when its member entered.
    """
    today = timezone.localdate()

    def renewed(name: bytes, content: bytes) -> tuple[bytes, bytes]:
        record = decode(content)
        if record.pending and _has_row(UUID(bytes=name)):
            record = replace(record, pending=None)
        if not record.is_newcomer(today):
            record = replace(record, entered_on=None)
        return name, encode(record)

    return renewed


def prepare_reservation_renewal() -> Callable[[bytes, bytes], tuple[bytes, bytes] | None]:
    """What the night does to each reservation: it ends with its member, or with the row."""

    def renewed(name: bytes, content: bytes) -> tuple[bytes, bytes] | None:
        member_id = UUID(bytes=content)
        is_needed = not _has_row(member_id) and load_record(member_id) is not None
        return (name, content) if is_needed else None

    return renewed


def _find(epoch: Epoch, member_id: UUID) -> MemberAndRecord | None:
    locators = MEMBER_RECORDS.locators(epoch, member_id.bytes)
    row = next(iter(Member.objects.raw(_MEMBER_AND_RECORD, [member_id, locators])), None)
    if row is None:
        return None
    number, ciphertext = vars(row).pop("record_epoch"), vars(row).pop("record_ciphertext")
    record = decode(MEMBER_RECORDS.open(epoch, number, ciphertext)[1])
    if vars(row)["id"] is not None:  # NULL where the record alone was found
        return MemberAndRecord(row, record)
    if record.pending is None:
        return None
    return MemberAndRecord(unsaved_member(member_id, record.pending), record)


def _has_row(member_id: UUID) -> bool:
    return Member.objects.filter(pk=member_id).exists()


def _to_text(value: bytes) -> str:
    return base64.b64encode(value).decode()
