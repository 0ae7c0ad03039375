"""The facts of a decision: which sources were asked, and the outcome. No name, number or date.

Sources that are not configured, or do not cover a country, stay `NOT_ASKED`. That is neither good
nor bad: the rules say which proof is then needed instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

from verification.policy.enums import (
    BindingFactor,
    DeviceStatus,
    ExclusionMatch,
    IdentityStatus,
    LicenceStatus,
    LicenceSummary,
    Lookup,
    Profession,
    QuestionStatus,
)
from verification.policy.matching import Agreement

T = TypeVar("T")


@dataclass(frozen=True)
class OwnFacts:
    """What our own tables say about licence number and social security number."""

    banned: bool = False
    # A member has the same number and the same social security number.
    duplicate: bool = False
    contested: bool = False
    ssn_used: bool = False


@dataclass(frozen=True)
class RegisterFacts:
    """A medical register outside the United States."""

    lookup: Lookup = Lookup.NOT_ASKED
    licence_status: LicenceStatus | None = None
    profession: Profession | None = None
    name: Agreement = Agreement.UNKNOWN
    birth_date: Agreement = Agreement.UNKNOWN


@dataclass(frozen=True)
class NppesFacts:
    """What a provider states about themselves; never sufficient on its own."""

    lookup: Lookup = Lookup.NOT_ASKED
    organisation: bool = False
    deactivated: bool = False
    physician_code: bool = False
    other_code: bool = False
    trainee_code: bool = False
    # Whether the credential text names a medical degree; None without a text.
    degree: bool | None = None
    name: Agreement = Agreement.UNKNOWN


@dataclass(frozen=True)
class AmaFacts:
    """The Physician Masterfile."""

    lookup: Lookup = Lookup.NOT_ASKED
    name: Agreement = Agreement.UNKNOWN
    birth_date: Agreement = Agreement.UNKNOWN
    dead: bool = False
    student: bool = False
    # None if the Masterfile names no school.
    degree_awarded: bool | None = None
    in_training: bool = False
    licences: LicenceSummary = LicenceSummary.NONE
    # One licence is revoked while another is active.
    some_revoked: bool = False
    sanction: bool = False


@dataclass(frozen=True)
class DeviceFacts:
    answer: DeviceStatus = DeviceStatus.NOT_ASKED
    duplicate: bool = False
    fraud: bool = False
    tampered: bool = False
    country_differs: bool = False


@dataclass(frozen=True)
class IdentityFacts:
    """The identity check, in the vendor's own keys. The rules read all of them."""

    answer: IdentityStatus = IdentityStatus.NOT_ASKED
    summary: str = ""
    result: str = ""
    qualifiers: tuple[str, ...] = ()
    watch_list: bool = False
    velocity: bool = False
    # Our own requests about this person in the last 12 hours explain a velocity warning.
    own_calls: int = 0
    questions: QuestionStatus = QuestionStatus.NONE
    resubmissions: int = 0


@dataclass(frozen=True)
class Facts:
    format_ok: bool = False
    own: OwnFacts = field(default_factory=OwnFacts)
    register: RegisterFacts = field(default_factory=RegisterFacts)
    nppes: NppesFacts = field(default_factory=NppesFacts)
    ama: AmaFacts = field(default_factory=AmaFacts)
    exclusion: ExclusionMatch = ExclusionMatch.NOT_ASKED
    # Whether a state licence was named, and AMA or NPPES know it.
    licence_named: bool = False
    licence_known: bool = False
    device: DeviceFacts = field(default_factory=DeviceFacts)
    identity: IdentityFacts = field(default_factory=IdentityFacts)
    bound_by: tuple[BindingFactor, ...] = ()
    code_possible: bool = False
    code_failed: bool = False
    has_document: bool = False
    # An examiner of documents found another name or birth date on it.
    document_differs: bool = False
    # The mailbox of the account does not count: a code or the identity questions are needed.
    needs_new_binding: bool = False
    # A reviewer must decide: an appeal, or a doubt after approval.
    needs_reviewer: bool = False
    # Steps that ended without an answer, and those a vendor refused because of our configuration.
    unanswered: tuple[str, ...] = ()
    misconfigured: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values, stored with the decision."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Facts:
        """The facts of a stored decision.

        Raises `KeyError` for an unknown field, `ValueError` for an unknown value.
        """
        return facts_from_mapping(cls, data)


def facts_from_mapping(kind: type[T], data: Mapping[str, Any]) -> T:
    """A dataclass of facts from plain values; missing fields keep their default.

    Raises `KeyError` for an unknown field, `ValueError` for an unknown value.
    """
    hints = get_type_hints(kind)
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(data) - known:
        raise KeyError(sorted(unknown)[0])
    return kind(**{name: _value(hints[name], value) for name, value in data.items()})


def _value(hint: Any, value: Any) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        return facts_from_mapping(hint, value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    arguments: tuple[Any, ...] = getattr(hint, "__args__", ())
    if isinstance(value, list | tuple):
        return tuple(_value(arguments[0], item) for item in value)
    if value is not None and type(None) in arguments:
        return _value(next(a for a in arguments if a is not type(None)), value)
    return value
