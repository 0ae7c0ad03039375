"""What the identity store holds of a person: sign-in, credential slots, verified identity."""

from __future__ import annotations

from accounts.models.credential_slots import CredentialSlot, CredentialSlotKind
from accounts.models.emails import EncryptedEmail
from accounts.models.recovery import Custodian, ProofingMethod, RecoveryRequest
from accounts.models.users import (
    StaffRole,
    User,
    VerifiedPerson,
    current_month,
    new_wrapped_data_key,
)

__all__ = [
    "CredentialSlot",
    "CredentialSlotKind",
    "Custodian",
    "EncryptedEmail",
    "ProofingMethod",
    "RecoveryRequest",
    "StaffRole",
    "User",
    "VerifiedPerson",
    "current_month",
    "new_wrapped_data_key",
]
