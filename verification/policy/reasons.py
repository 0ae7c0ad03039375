"""Why a decision was made: stable codes for staff and audit, never shown to the applicant."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Codes are never changed or reused: stored decisions contain them."""

    BANNED = "BANNED"
    DUPLICATE_ACCOUNT = "DUPLICATE_ACCOUNT"
    CREDENTIAL_CONTESTED = "CREDENTIAL_CONTESTED"
    SSN_ALREADY_USED = "SSN_ALREADY_USED"

    CREDENTIAL_FORMAT = "CREDENTIAL_FORMAT"
    NOT_PHYSICIAN = "NOT_PHYSICIAN"
    NOT_YET_PHYSICIAN = "NOT_YET_PHYSICIAN"
    NPI_ORGANIZATION = "NPI_ORGANIZATION"
    AMA_NOT_FOUND = "AMA_NOT_FOUND"
    AMA_AMBIGUOUS = "AMA_AMBIGUOUS"
    TAXONOMY_AMBIGUOUS = "TAXONOMY_AMBIGUOUS"
    LICENSE_REVOKED = "LICENSE_REVOKED"
    LICENSE_NOT_ACTIVE = "LICENSE_NOT_ACTIVE"
    SANCTION_REPORTED = "SANCTION_REPORTED"
    LEIE_EXCLUDED = "LEIE_EXCLUDED"
    LEIE_POSSIBLE = "LEIE_POSSIBLE"
    DECEASED = "DECEASED"
    DECEASED_UNCONFIRMED = "DECEASED_UNCONFIRMED"
    NPI_DEACTIVATED = "NPI_DEACTIVATED"
    REGISTER_CONDITIONS = "REGISTER_CONDITIONS"
    REGISTER_REMOVED = "REGISTER_REMOVED"
    REGISTER_NOT_FOUND = "REGISTER_NOT_FOUND"
    NO_OPEN_REGISTER = "NO_OPEN_REGISTER"

    IDENTITY_CREDENTIAL_MISMATCH = "IDENTITY_CREDENTIAL_MISMATCH"
    IDENTITY_CONTRADICTED = "IDENTITY_CONTRADICTED"
    IDENTITY_SSN = "IDENTITY_SSN"
    IDENTITY_VELOCITY = "IDENTITY_VELOCITY"
    NAME_MISMATCH_AMA = "NAME_MISMATCH_AMA"
    DOB_MISMATCH_AMA = "DOB_MISMATCH_AMA"
    KBA_FAILED = "KBA_FAILED"
    BINDING_FAILED = "BINDING_FAILED"
    UNDERAGE = "UNDERAGE"
    WATCHLIST_HIT = "WATCHLIST_HIT"

    DEVICE_DUPLICATE = "DEVICE_DUPLICATE"
    DEVICE_FRAUD_RISK = "DEVICE_FRAUD_RISK"
    DEVICE_RESULT_TAMPERED = "DEVICE_RESULT_TAMPERED"
    GEO_MISMATCH = "GEO_MISMATCH"

    NOTICE_DENIED = "NOTICE_DENIED"

    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    PROVIDER_CONFIG_ERROR = "PROVIDER_CONFIG_ERROR"


# The label of each code, for reviewers.
REASON_LABELS: dict[Reason, str] = {
    Reason.BANNED: "This licence belongs to somebody who was excluded for good",
    Reason.DUPLICATE_ACCOUNT: "The same physician already has an account",
    Reason.CREDENTIAL_CONTESTED: "Another account holds or claims this licence number",
    Reason.SSN_ALREADY_USED: "Another account gave the same social security number",
    Reason.CREDENTIAL_FORMAT: "The number is not a number of this register",
    Reason.NOT_PHYSICIAN: "The register shows another profession",
    Reason.NOT_YET_PHYSICIAN: "The register shows a student",
    Reason.NPI_ORGANIZATION: "The number belongs to an organisation",
    Reason.AMA_NOT_FOUND: "The AMA Masterfile knows nobody by these details",
    Reason.AMA_AMBIGUOUS: "The AMA Masterfile knows several people by these details",
    Reason.TAXONOMY_AMBIGUOUS: "The register does not say plainly that this is a physician",
    Reason.LICENSE_REVOKED: "Every licence is revoked, suspended or surrendered",
    Reason.LICENSE_NOT_ACTIVE: "No licence to practise is active now",
    Reason.SANCTION_REPORTED: "A sanction is reported",
    Reason.LEIE_EXCLUDED: "Excluded from federal health programmes, by number and name",
    Reason.LEIE_POSSIBLE: "Perhaps excluded from federal programmes: same name and birth date",
    Reason.DECEASED: "Two sources record a death",
    Reason.DECEASED_UNCONFIRMED: "One source records a death",
    Reason.NPI_DEACTIVATED: "The NPI was deactivated and not reactivated",
    Reason.REGISTER_CONDITIONS: "The register notes conditions, undertakings or warnings",
    Reason.REGISTER_REMOVED: "Removed from the register",
    Reason.REGISTER_NOT_FOUND: "The register does not hold this number",
    Reason.NO_OPEN_REGISTER: "This country has no open register: the document decides",
    Reason.IDENTITY_CREDENTIAL_MISMATCH: "Name or birth date differ from the register",
    Reason.IDENTITY_CONTRADICTED: "The identity check contradicts what was typed",
    Reason.IDENTITY_SSN: "The identity check has a note on the social security number",
    Reason.IDENTITY_VELOCITY: "This identity was checked unusually often",
    Reason.NAME_MISMATCH_AMA: "The AMA Masterfile has another name",
    Reason.DOB_MISMATCH_AMA: "The AMA Masterfile has another birth date",
    Reason.KBA_FAILED: "The identity questions were answered wrongly",
    Reason.BINDING_FAILED: "Nothing yet ties this person to the licence",
    Reason.UNDERAGE: "Under age",
    Reason.WATCHLIST_HIT: "A watch list holds this name",
    Reason.DEVICE_DUPLICATE: "Another account uses this device",
    Reason.DEVICE_FRAUD_RISK: "The device check sees a risk",
    Reason.DEVICE_RESULT_TAMPERED: "The device result was altered or replayed",
    Reason.GEO_MISMATCH: "The device is in another country",
    Reason.NOTICE_DENIED: "The contact on the register says: this was not me",
    Reason.PROVIDER_UNAVAILABLE: "A source did not answer in time",
    Reason.PROVIDER_CONFIG_ERROR: "A source refused our request",
}

# These need two reviewers (docs/design/verification.md, state machine).
SECOND_REVIEW_REASONS = frozenset(
    {
        Reason.LEIE_POSSIBLE,
        Reason.DECEASED_UNCONFIRMED,
        Reason.WATCHLIST_HIT,
        Reason.CREDENTIAL_CONTESTED,
    }
)

# Reasons from which a reviewer can choose.
REFUSAL_REASONS: tuple[Reason, ...] = (
    Reason.NOT_PHYSICIAN,
    Reason.NOT_YET_PHYSICIAN,
    Reason.IDENTITY_CREDENTIAL_MISMATCH,
    Reason.LICENSE_REVOKED,
    Reason.LICENSE_NOT_ACTIVE,
    Reason.REGISTER_REMOVED,
    Reason.REGISTER_NOT_FOUND,
    Reason.BINDING_FAILED,
    Reason.DUPLICATE_ACCOUNT,
    Reason.CREDENTIAL_CONTESTED,
    Reason.LEIE_EXCLUDED,
    Reason.SANCTION_REPORTED,
    Reason.DECEASED,
    Reason.BANNED,
)
