"""What the vendors return, independent of their wire formats."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from verification.vendors import records


@dataclass(frozen=True)
class StateLicence:
    """`state` is a name or two letters; `expires` None where the source does not say."""

    state: str
    number: str
    status: str = ""
    expires: dt.date | None = None


@dataclass(frozen=True)
class MasterfileCandidate:
    """One person a search found."""

    entity_id: str
    given_names: tuple[str, ...]
    family_names: tuple[str, ...]
    birth_date: dt.date | None
    npis: tuple[str, ...] = ()
    me_number: str = ""
    mortality: str = ""


@dataclass(frozen=True)
class TrainingPeriod:
    begins: dt.date | None
    ends: dt.date | None


@dataclass(frozen=True)
class MasterfileProfile:
    """The full profile of one person."""

    death_date: dt.date | None = None
    student: bool = False
    degree_awarded: bool | None = None
    resident: bool = False
    training: tuple[TrainingPeriod, ...] = ()
    licences: tuple[records.StateLicence, ...] = ()
    sanctioned: bool = False
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    given_names: tuple[str, ...] = field(default=())
    family_names: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class NpiRecord:
    """A record of NPPES, from the vendor's answer or from the file."""

    organisation: bool
    given_names: list[str]
    family_names: list[str]
    credential: str
    codes: list[str]
    licences: list[records.StateLicence]
    phones: list[str]


@dataclass(frozen=True)
class IdentityQuestion:
    """`kind` names the question to the vendor; `answers` are what may be chosen."""

    kind: str
    prompt: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class IdentitySearchResult:
    """An identity search. Keys without `resultcode.`; an unreadable answer is a fault, not this."""

    id_number: str
    summary: str
    result: str
    qualifiers: tuple[str, ...] = ()
    watch_list: bool = False
    velocity: bool = False
    questions: tuple[IdentityQuestion, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True)
class QuestionScore:
    """Answers to identity questions. `incorrect` None: out of time, or incomplete."""

    incorrect: int | None
    challenge: tuple[IdentityQuestion, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True)
class MasterfileChange:
    """The Masterfile has changed what it holds of a watched person."""

    id: str
    entity_id: str


@dataclass(frozen=True)
class DocumentExamination:
    """What an examiner of documents read; only a difference counts, never an agreement."""

    name_matches: bool = True
    birth_date_matches: bool = True
