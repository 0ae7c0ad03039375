"""What people do with their account. Other apps call the names here."""

from __future__ import annotations

from accounts.services.credential_slots import (
    add_device_slot,
    unwrap_with_device,
    unwrap_with_password,
    unwrap_with_recovery_code,
)
from accounts.services.membership import allow_new_entry, enter_community, on_sign_in
from accounts.services.pausing import pause_membership, resume_membership
from accounts.services.verified_person import delete_verified_person, save_verified_person

__all__ = [
    "add_device_slot",
    "allow_new_entry",
    "delete_verified_person",
    "enter_community",
    "on_sign_in",
    "pause_membership",
    "resume_membership",
    "save_verified_person",
    "unwrap_with_device",
    "unwrap_with_password",
    "unwrap_with_recovery_code",
]
