"""The first version of the rules: a local register, a code, documents, a person.

Nothing is decided by it any more; decisions made by it are replayed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from verification.policy.enums import (
    ExclusionMatch,
    LicenceStatus,
    Lookup,
    Profession,
    Ruling,
    Verdict,
)
from verification.policy.name_matching import Agreement
from verification.policy.reasons import Reason


class Binding(StrEnum):
    """What ties the person at the keyboard to the licence."""

    NONE = "none"
    INSTITUTIONAL_EMAIL = "institutional_email"
    CODE_POSSIBLE = "code_possible"
    RECORD_CONTACT_CODE = "record_contact_code"
    CODE_FAILED = "code_failed"


@dataclass(frozen=True)
class Facts:
    """Everything a decision rests on."""

    format_ok: bool = False
    banned: bool = False
    duplicate: bool = False
    contested: bool = False
    lookup: Lookup = Lookup.UNAVAILABLE
    standing: LicenceStatus | None = None
    profession: Profession | None = None
    name: Agreement = Agreement.UNKNOWN
    birth_date: Agreement = Agreement.UNKNOWN
    exclusion: ExclusionMatch = ExclusionMatch.NOT_ASKED
    binding: Binding = Binding.NONE
    has_document: bool = False
    # A person asked for this look: an appeal, or an answer to a reviewer's question.
    wants_person: bool = False
    # Steps that ended without an answer after all their retries.
    unanswered: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Plain values, kept beside the decision."""
        return {**asdict(self), "unanswered": list(self.unanswered)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Facts:
        """The facts of an old decision. Raises `ValueError` on an unknown value."""
        return cls(
            format_ok=bool(data["format_ok"]),
            banned=bool(data["banned"]),
            duplicate=bool(data["duplicate"]),
            contested=bool(data["contested"]),
            lookup=Lookup(data["lookup"]),
            standing=LicenceStatus(data["standing"]) if data["standing"] else None,
            profession=Profession(data["profession"]) if data["profession"] else None,
            name=Agreement(data["name"]),
            birth_date=Agreement(data["birth_date"]),
            exclusion=ExclusionMatch(data["exclusion"]),
            binding=Binding(data["binding"]),
            has_document=bool(data["has_document"]),
            wants_person=bool(data["wants_person"]),
            unanswered=tuple(data["unanswered"]),
        )


def hard_failures(facts: Facts) -> list[Reason]:
    """What refuses at once, before any secret would be sent anywhere."""
    found: list[Reason] = []
    if not facts.format_ok:
        found.append(Reason.CREDENTIAL_FORMAT)
    if facts.duplicate:
        found.append(Reason.DUPLICATE_ACCOUNT)
    if facts.exclusion is ExclusionMatch.NUMBER_AND_NAME:
        found.append(Reason.LEIE_EXCLUDED)
    if facts.lookup is not Lookup.FOUND:
        return found
    by_profession = {
        Profession.ORGANISATION: Reason.NPI_ORGANIZATION,
        Profession.OTHER: Reason.NOT_PHYSICIAN,
        Profession.STUDENT: Reason.NOT_YET_PHYSICIAN,
    }
    by_standing = {
        LicenceStatus.REMOVED: Reason.REGISTER_REMOVED,
        LicenceStatus.REVOKED: Reason.LICENSE_REVOKED,
    }
    if facts.profession in by_profession:
        found.append(by_profession[facts.profession])
    if facts.standing in by_standing:
        found.append(by_standing[facts.standing])
    if facts.name is Agreement.DIFFERS and facts.birth_date is Agreement.DIFFERS:
        found.append(Reason.IDENTITY_CREDENTIAL_MISMATCH)
    return found


def review_signals(facts: Facts) -> list[Reason]:
    """What a person must look at; all of it is listed."""
    found: list[Reason] = []
    if facts.contested:
        found.append(Reason.CREDENTIAL_CONTESTED)
    if facts.unanswered or facts.lookup is Lookup.UNAVAILABLE:
        found.append(Reason.PROVIDER_UNAVAILABLE)
    if facts.exclusion is ExclusionMatch.NAME_AND_BIRTH_DATE:
        found.append(Reason.LEIE_POSSIBLE)
    if facts.lookup is Lookup.NO_REGISTER:
        found.append(Reason.NO_OPEN_REGISTER)
    if facts.lookup is Lookup.NOT_FOUND:
        found.append(Reason.REGISTER_NOT_FOUND)
    if facts.lookup is Lookup.FOUND:
        found.extend(_register_signals(facts))
    return found


def _register_signals(facts: Facts) -> list[Reason]:
    found: list[Reason] = []
    by_standing = {
        LicenceStatus.CONDITIONS: Reason.REGISTER_CONDITIONS,
        LicenceStatus.NOT_ACTIVE: Reason.LICENSE_NOT_ACTIVE,
        LicenceStatus.DEACTIVATED: Reason.NPI_DEACTIVATED,
    }
    if facts.standing in by_standing:
        found.append(by_standing[facts.standing])
    elif facts.standing is None:
        found.append(Reason.LICENSE_NOT_ACTIVE)
    # A trainee's own word is not enough: the degree must be seen (no Masterfile is asked here).
    if facts.profession in {Profession.RESIDENT, Profession.AMBIGUOUS, None}:
        found.append(Reason.TAXONOMY_AMBIGUOUS)
    if facts.name is not Agreement.AGREES or facts.birth_date is Agreement.DIFFERS:
        found.append(Reason.IDENTITY_CREDENTIAL_MISMATCH)
    return found


def rule(facts: Facts) -> Ruling:
    """The ruling of the first version."""
    if facts.banned:
        return Ruling(Verdict.REJECT, (Reason.BANNED,))
    failures = hard_failures(facts)
    signals = review_signals(facts)
    if failures and not facts.wants_person:
        return Ruling(Verdict.REJECT, tuple(failures))
    if failures or signals or facts.wants_person:
        return Ruling(Verdict.REVIEW, tuple(dict.fromkeys([*failures, *signals])))
    if facts.binding in {Binding.INSTITUTIONAL_EMAIL, Binding.RECORD_CONTACT_CODE}:
        return Ruling(Verdict.APPROVE)
    if facts.binding is Binding.CODE_POSSIBLE:
        return Ruling(Verdict.AWAIT_CODE)
    return Ruling(Verdict.REVIEW, (Reason.BINDING_FAILED,))
