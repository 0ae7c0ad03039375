"""What the vendors return, independent of their wire formats."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from verification.vendors import records


@dataclass(frozen=True)
class StateLicence:
    """`state` is a name or two letters. `expires` is None if the source does not say."""

    state: str
    number: str
    status: str = ""
    expires: dt.date | None = None


@dataclass(frozen=True)
class MasterfileCandidate:
    """One person whom a search found."""

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
    """A record of NPPES, from the live register or from the file."""

    organisation: bool
    given_names: list[str]
    family_names: list[str]
    credential: str
    codes: list[str]
    licences: list[records.StateLicence]
    phones: list[str]


@dataclass(frozen=True)
class IdentityQuestion:
    """`kind` names the question to the vendor; `answers` are the choices."""

    kind: str
    prompt: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class IdentitySearchResult:
    """Keys without the prefix `resultcode.`. An unreadable answer raises instead."""

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
    """`incorrect` is None if the answers were late or incomplete."""

    incorrect: int | None
    challenge: tuple[IdentityQuestion, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True)
class MasterfileChange:
    """A change that the Masterfile reports about a monitored person."""

    id: str
    entity_id: str


@dataclass(frozen=True)
class DocumentExamination:
    """What an examiner read in a document; only a difference counts, never an agreement."""

    name_matches: bool = True
    birth_date_matches: bool = True
