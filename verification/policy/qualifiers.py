"""What IDology's qualifiers mean. Only keys are compared, because the texts vary.

The vendor's summary depends on account settings and ignores watch lists and deaths, so each
qualifier is classified here. An unknown one goes to a reviewer.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from verification.policy.reasons import Reason

PASS, FAILURE, PARTIAL = "id.success", "id.failure", "id.partial"
MATCH, NO_MATCH, RESTRICTED = "result.match", "result.no.match", "result.match.restricted"


class QualifierClass(StrEnum):
    UNDERAGE = "underage"
    REVIEW = "review"
    TYPO = "typo"
    STEP_UP = "step_up"
    NOTHING = "nothing"


DECEASED = "subject.deceased"

_UNDERAGE = {"coppa.alert", "age.below.minimum"}
_TYPO = {
    "ssn.within.one.digit": Reason.IDENTITY_SSN,
    "mob.does.not.match": Reason.IDENTITY_CONTRADICTED,
    "yob.within.one.year": Reason.IDENTITY_CONTRADICTED,
}
_STEP_UP = {
    "ssn.not.available",
    "no.dob.available",
    "thin.file",
    "multiple.records.found",
    "data.strength.alert",
    "medium.risk",
}
# Physicians give hospital addresses, so an address alone decides nothing.
_NOTHING = {
    "address.does.not.match",
    "street.name.does.not.match",
    "street.number.does.not.match",
    "zip.does.not.match",
    "city.does.not.match",
    "state.does.not.match",
    "newer.record.found",
    "single.address.in.file",
    "single.address",
    "warm.address.alert",
    "warm.input.address.alert",
    "input.address.is.po.box",
    "located.address.is.po.box",
    "no.mob.available",
    "bankruptcy",
    "ip.not.located",
}
_REVIEW = {
    "ssn.does.not.match": Reason.IDENTITY_SSN,
    "ssn.tied.to.multiple.names": Reason.IDENTITY_SSN,
    "ssn.issued.prior.to.dob": Reason.IDENTITY_SSN,
    "ssn.not.valid": Reason.IDENTITY_SSN,
    "ssn.invalid": Reason.IDENTITY_SSN,
    "input.ssn.is.itin": Reason.IDENTITY_SSN,
    "located.itin": Reason.IDENTITY_SSN,
    "dob.does.not.match": Reason.IDENTITY_CONTRADICTED,
    "yob.does.not.match": Reason.IDENTITY_CONTRADICTED,
    "last.name.does.not.match": Reason.IDENTITY_CONTRADICTED,
    "age.above.maximum": Reason.IDENTITY_CONTRADICTED,
    "pa.dob.match": Reason.WATCHLIST_HIT,
    "network.alert.ssn": Reason.IDENTITY_SSN,
    "blacklist.alert.ssn": Reason.IDENTITY_SSN,
}
_REVIEW_FAMILIES = (
    ("network.alert", Reason.IDENTITY_VELOCITY),
    ("blacklist.alert", Reason.WATCHLIST_HIT),
    ("high.risk", Reason.DEVICE_FRAUD_RISK),
)
# Two contradictions mean that the details describe another person.
_CONTRADICTIONS = {
    "ssn.does.not.match": "ssn",
    "dob.does.not.match": "dob",
    "yob.does.not.match": "dob",
    "last.name.does.not.match": "last name",
}


def normalise_key(key: str) -> str:
    """The key in lower case, without the common prefix."""
    return key.strip().lower().removeprefix("resultcode.")


def classify(key: str) -> QualifierClass:
    """The class of a qualifier; an unknown one is for review."""
    note = normalise_key(key)
    if note in _UNDERAGE:
        return QualifierClass.UNDERAGE
    if note in _TYPO:
        return QualifierClass.TYPO
    if note in _STEP_UP:
        return QualifierClass.STEP_UP
    return QualifierClass.NOTHING if note in _NOTHING else QualifierClass.REVIEW


def review_reason(key: str) -> Reason | None:
    """The reason for a review; None for a death, which is counted together with other sources."""
    note = normalise_key(key)
    if note == DECEASED:
        return None
    if note in _TYPO:
        return _TYPO[note]
    if note in _REVIEW:
        return _REVIEW[note]
    for family, reason in _REVIEW_FAMILIES:
        if note == family or note.startswith(f"{family}."):
            return reason
    return Reason.IDENTITY_CONTRADICTED


def count_contradictions(keys: Iterable[str]) -> int:
    """How many of social security number, birth date and last name are contradicted."""
    return len(
        {_CONTRADICTIONS[note] for note in map(normalise_key, keys) if note in _CONTRADICTIONS}
    )
