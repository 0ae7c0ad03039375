"""The identity store's tables of verification. No handle and no member id stands in any of them."""

from __future__ import annotations

from verification.models.application import (
    Application,
    Consent,
    ContactCode,
    Credential,
    Document,
    DocumentView,
    EvidenceRequest,
    State,
    Waiting,
)
from verification.models.checks import Breaker, Outbox, Step, StepName, StepState, Topic, VendorCall
from verification.models.decision import Decision, Kind
from verification.models.identity import DeviceReport, SecretNumber, SsnClaim
from verification.models.membership import Membership, ProofingNotice
from verification.models.membership import Standing as MembershipStanding
from verification.models.register import Exclusion, RegisterImport, RegisterRow, Taxonomy

__all__ = [
    "Application",
    "Breaker",
    "Consent",
    "ContactCode",
    "Credential",
    "Decision",
    "DeviceReport",
    "Document",
    "DocumentView",
    "EvidenceRequest",
    "Exclusion",
    "Kind",
    "Membership",
    "MembershipStanding",
    "Outbox",
    "ProofingNotice",
    "RegisterImport",
    "RegisterRow",
    "SecretNumber",
    "SsnClaim",
    "State",
    "Step",
    "StepName",
    "StepState",
    "Taxonomy",
    "Topic",
    "VendorCall",
    "Waiting",
]
