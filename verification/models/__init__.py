"""The identity store's tables of verification. No handle and no member id stands in any of them."""

from __future__ import annotations

from verification.models.application import (
    Application,
    ApplicationState,
    AwaitedInput,
    Consent,
    ContactCode,
    Credential,
    Document,
    DocumentView,
    ReviewerQuestion,
)
from verification.models.checks import (
    CircuitBreaker,
    OutboxMessage,
    OutboxTopic,
    Step,
    StepName,
    StepState,
    VendorCall,
)
from verification.models.decision import Decision, DecisionKind
from verification.models.identity import DeviceReport, SocialSecurityNumber, SsnClaim
from verification.models.membership import Membership, MembershipStatus, ProofingNotice
from verification.models.register import Exclusion, RegisterImport, RegisterRow, Taxonomy

__all__ = [
    "Application",
    "ApplicationState",
    "AwaitedInput",
    "CircuitBreaker",
    "Consent",
    "ContactCode",
    "Credential",
    "Decision",
    "DecisionKind",
    "DeviceReport",
    "Document",
    "DocumentView",
    "Exclusion",
    "Membership",
    "MembershipStatus",
    "OutboxMessage",
    "OutboxTopic",
    "ProofingNotice",
    "RegisterImport",
    "RegisterRow",
    "ReviewerQuestion",
    "SocialSecurityNumber",
    "SsnClaim",
    "Step",
    "StepName",
    "StepState",
    "Taxonomy",
    "VendorCall",
]
