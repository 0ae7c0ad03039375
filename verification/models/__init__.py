"""Tables of verification, in the identity database. None holds a handle or a member id."""

from __future__ import annotations

from verification.models.application import Application, ApplicationState, AwaitedInput, Consent
from verification.models.contact_code import ContactCode
from verification.models.credential import Credential
from verification.models.decision import ApplicationDecisionKind, Decision
from verification.models.device_report import DeviceReport
from verification.models.document import Document, DocumentView, ReviewerQuestion
from verification.models.membership import Membership, MembershipStatus, ProofingNotice
from verification.models.outbox import OutboxMessage, OutboxTopic
from verification.models.register import Exclusion, RegisterImport, RegisterRow, Taxonomy
from verification.models.ssn import SocialSecurityNumber, SsnClaim
from verification.models.steps import Step, StepName, StepState
from verification.models.vendor_call import CircuitBreaker, VendorCall

__all__ = [
    "Application",
    "ApplicationDecisionKind",
    "ApplicationState",
    "AwaitedInput",
    "CircuitBreaker",
    "Consent",
    "ContactCode",
    "Credential",
    "Decision",
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
