"""Credential slots: one row for each person, which does not tell whose it is."""

from __future__ import annotations

from uuid import UUID

from accounts.models.slot_contents import SlotContents
from sermo.blinded_rows.models import BlindedRow
from sermo.blinded_rows.table import BlindedTable


class CredentialSlots(BlindedRow):
    """All wrapped copies of one credential. Its name is the user id, its content `SlotContents`.

    Every user has a row of full size from sign-up on, so that no row tells who is a member.
    """


# Ten devices and all other slots take 1,736 bytes. A row with this length stays in its page:
# PostgreSQL moves what is longer than 2,032 bytes to a second table.
SLOT_TABLE = BlindedTable(CredentialSlots, name_bytes=16, content_bytes=1920)


def create_slots(user_id: UUID) -> None:
    """Write the empty row of a new user. Idempotent."""
    SLOT_TABLE.insert(user_id.bytes, SlotContents().encode())
