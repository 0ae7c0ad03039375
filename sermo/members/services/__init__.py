"""What members do, and the one module of this app that identity apps may call."""

from __future__ import annotations

from sermo.members.credential_lines.release import (
    release_credential_lines,
    release_seeded_lines,
)
from sermo.members.encryption.identity_escrow import pack_identity_escrow, unpack_identity_escrow
from sermo.members.encryption.post_columns import (
    decrypt_contact_email,
    decrypt_member_id,
    encrypt_contact_email,
    encrypt_member_id,
)
from sermo.members.errors import HandleTaken, InvalidHandle, RealNameUnavailable
from sermo.members.selectors import is_handle_available
from sermo.members.services.author_capsules import (
    author_of_capsule,
    renew_author_capsules,
    write_author_capsule,
)
from sermo.members.services.authorship import authorship_fields, next_mark
from sermo.members.services.credential_lines import count_shown_line
from sermo.members.services.earlier_state import earlier_state
from sermo.members.services.member_rows import ensure_member_row, write_pending_rows
from sermo.members.services.membership import (
    disown_leavers,
    end_membership,
    has_record,
    identity_escrow_of,
    issue_membership,
    lift_suspension,
    member_with_handle,
    replace_identity_escrow,
    set_wants_mail,
    suspend_member,
)
from sermo.members.services.notices import delete_old_notices, leave_notice
from sermo.members.services.quotas import spend_quota

__all__ = [
    "HandleTaken",
    "InvalidHandle",
    "RealNameUnavailable",
    "author_of_capsule",
    "authorship_fields",
    "count_shown_line",
    "decrypt_contact_email",
    "decrypt_member_id",
    "delete_old_notices",
    "disown_leavers",
    "earlier_state",
    "encrypt_contact_email",
    "encrypt_member_id",
    "end_membership",
    "ensure_member_row",
    "has_record",
    "identity_escrow_of",
    "is_handle_available",
    "issue_membership",
    "leave_notice",
    "lift_suspension",
    "member_with_handle",
    "next_mark",
    "pack_identity_escrow",
    "release_credential_lines",
    "release_seeded_lines",
    "renew_author_capsules",
    "replace_identity_escrow",
    "set_wants_mail",
    "spend_quota",
    "suspend_member",
    "unpack_identity_escrow",
    "write_author_capsule",
    "write_pending_rows",
]
