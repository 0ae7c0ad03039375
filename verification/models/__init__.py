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
from verification.models.checks import Outbox, Step, StepName, StepState, Topic, VendorCall
from verification.models.decision import Decision, Kind
from verification.models.register import Exclusion, RegisterImport, RegisterRow, Taxonomy

__all__ = [
    "Application",
    "Consent",
    "ContactCode",
    "Credential",
    "Decision",
    "Document",
    "DocumentView",
    "EvidenceRequest",
    "Exclusion",
    "Kind",
    "Outbox",
    "RegisterImport",
    "RegisterRow",
    "State",
    "Step",
    "StepName",
    "StepState",
    "Taxonomy",
    "Topic",
    "VendorCall",
    "Waiting",
]
