"""What the identity store holds of a person: sign-in, credential slots, verified identity."""

from __future__ import annotations

from accounts.models.credential_slots import SLOT_TABLE, CredentialSlots, create_slots
from accounts.models.emails import EncryptedEmail
from accounts.models.recovery import Custodian, ProofingMethod, RecoveryRequest
from accounts.models.slot_contents import (
    CustodianSlots,
    Departure,
    DeviceSlot,
    PasswordSlot,
    SlotContents,
)
from accounts.models.users import (
    StaffRole,
    User,
    VerifiedPerson,
    current_month,
    new_wrapped_data_key,
)

__all__ = [
    "SLOT_TABLE",
    "CredentialSlots",
    "Custodian",
    "CustodianSlots",
    "Departure",
    "DeviceSlot",
    "EncryptedEmail",
    "PasswordSlot",
    "ProofingMethod",
    "RecoveryRequest",
    "SlotContents",
    "StaffRole",
    "User",
    "VerifiedPerson",
    "create_slots",
    "current_month",
    "new_wrapped_data_key",
]
