"""The values of facts. They are codes only, the same in every version of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verification.policy.reasons import Reason


class PolicyVerdict(StrEnum):
    REJECT = "reject"
    REVIEW = "review"
    AWAIT_CORRECTION = "await_correction"
    AWAIT_QUESTIONS = "await_questions"
    AWAIT_CODE = "await_code"
    APPROVE = "approve"


class LicenceStatus(StrEnum):
    """What a register says about a licence, in terms common to all registers."""

    ACTIVE = "active"
    CONDITIONS = "conditions"
    NOT_ACTIVE = "not_active"
    REVOKED = "revoked"
    REMOVED = "removed"
    DEACTIVATED = "deactivated"


class Profession(StrEnum):
    PHYSICIAN = "physician"
    RESIDENT = "resident"
    STUDENT = "student"
    AMBIGUOUS = "ambiguous"
    OTHER = "other"
    ORGANISATION = "organisation"


class Lookup(StrEnum):
    """How a search in a source ended."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    NO_REGISTER = "no_register"
    UNAVAILABLE = "unavailable"
    NOT_ASKED = "not_asked"


class ExclusionMatch(StrEnum):
    CLEAR = "clear"
    NUMBER_AND_NAME = "number_and_name"
    POSSIBLE = "possible"
    NOT_ASKED = "not_asked"


class LicenceSummary(StrEnum):
    """All licences of one person together."""

    ACTIVE = "active"
    NONE_ACTIVE = "none_active"
    ALL_REVOKED = "all_revoked"
    NONE = "none"


class DeviceStatus(StrEnum):
    SEEN = "seen"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


class IdentityStatus(StrEnum):
    NOT_ASKED = "not_asked"
    ANSWERED = "answered"


class QuestionStatus(StrEnum):
    """Whether identity questions are available, and how they were answered."""

    NONE = "none"
    POSSIBLE = "possible"
    PASSED = "passed"
    FAILED = "failed"


class BindingFactor(StrEnum):
    """What ties the person at the keyboard to the licence."""

    RECORD_CONTACT_CODE = "record_contact_code"
    INSTITUTIONAL_EMAIL = "institutional_email"
    KBA = "kba"
    # A reviewer saw the document. It counts for the reviewer, never for the rules.
    DOCUMENT_SEEN = "document_seen"


@dataclass(frozen=True)
class Ruling:
    verdict: PolicyVerdict
    reasons: tuple[Reason, ...] = ()
    # Shown to the reviewer; no reason to refuse by itself.
    annotations: tuple[str, ...] = ()
