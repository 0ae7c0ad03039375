"""What the checks ask of the vendors, in the checks' own words; adapters speak the wire formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from verification.personal_data.applicant_details import Person
from verification.pipeline.checks.masterfile import Found, Record
from verification.pipeline.checks.registers import Provider


@dataclass(frozen=True)
class Question:
    """`kind` names the question to the vendor; `answers` are what may be chosen."""

    kind: str
    prompt: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Searched:
    """An identity search. Keys without `resultcode.`; an unreadable answer is a fault, not this."""

    id_number: str
    summary: str
    result: str
    qualifiers: tuple[str, ...] = ()
    watch_list: bool = False
    velocity: bool = False
    questions: tuple[Question, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True)
class Scored:
    """Answers to identity questions. `incorrect` None: out of time, or incomplete."""

    incorrect: int | None
    challenge: tuple[Question, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True)
class Change:
    """The Masterfile has changed what it holds of a watched person."""

    id: str
    entity_id: str


class Identity(Protocol):
    @property
    def is_configured(self) -> bool: ...

    def search(self, person: Person, ssn: str, invoice: str) -> Searched: ...

    def answer(self, id_number: str, answers: Mapping[str, str], *, challenge: bool) -> Scored: ...


class Masterfile(Protocol):
    @property
    def is_configured(self) -> bool: ...

    def find(self, npi: str) -> Sequence[Found]: ...

    def profile(self, entity_id: str) -> Record | None: ...

    def watch(self, entity_id: str) -> None: ...

    def unwatch(self, entity_id: str) -> None: ...

    def changes(self) -> Sequence[Change]: ...

    def changed(self, change_id: str) -> Record | None: ...

    def forget(self, change_id: str) -> None: ...


class Providers(Protocol):
    @property
    def is_configured(self) -> bool: ...

    def find(self, npi: str) -> Provider | None: ...


@dataclass(frozen=True)
class Examined:
    """What an examiner of documents read; only a difference counts, never an agreement."""

    name_matches: bool = True
    birth_date_matches: bool = True


class Examiner(Protocol):
    def examine(self, application_id: str) -> Examined | None:
        """None: nobody examined, or the document was not readable."""


class NullExaminer:
    """No examiner is configured: a reviewer looks."""

    def examine(self, application_id: str) -> Examined | None:
        return None


class NullIdentity:
    is_configured = False

    def search(self, person: Person, ssn: str, invoice: str) -> Searched:
        raise NotConfigured

    def answer(self, id_number: str, answers: Mapping[str, str], *, challenge: bool) -> Scored:
        raise NotConfigured


class NullMasterfile:
    is_configured = False

    def find(self, npi: str) -> Sequence[Found]:
        raise NotConfigured

    def profile(self, entity_id: str) -> Record | None:
        raise NotConfigured

    def watch(self, entity_id: str) -> None:
        raise NotConfigured

    def unwatch(self, entity_id: str) -> None:
        raise NotConfigured

    def changes(self) -> Sequence[Change]:
        raise NotConfigured

    def changed(self, change_id: str) -> Record | None:
        raise NotConfigured

    def forget(self, change_id: str) -> None:
        raise NotConfigured


class NullProviders:
    is_configured = False

    def find(self, npi: str) -> Provider | None:
        raise NotConfigured


class NotConfigured(RuntimeError):
    """A null twin was asked: its caller must look at `is_configured` first."""


class NullSources:
    """Nothing is configured: the local registers, a code and a person serve."""

    def identity(self) -> Identity:
        return NullIdentity()

    def masterfile(self) -> Masterfile:
        return NullMasterfile()

    def providers(self) -> Providers:
        return NullProviders()

    def examiner(self) -> Examiner:
        return NullExaminer()

    @property
    def has_device_script(self) -> bool:
        return False


class Sources(Protocol):
    def identity(self) -> Identity: ...

    def masterfile(self) -> Masterfile: ...

    def providers(self) -> Providers: ...

    def examiner(self) -> Examiner: ...

    @property
    def has_device_script(self) -> bool: ...


@lru_cache(maxsize=8)
def _made(path: str) -> Sources:
    made: Sources = import_string(path)()
    return made


def _current() -> Sources:
    return _made(settings.VERIFICATION_SOURCES)


def forget() -> None:
    """Make the sources anew at the next question: their settings have changed."""
    _made.cache_clear()


def identity() -> Identity:
    return _current().identity()


def masterfile() -> Masterfile:
    return _current().masterfile()


def providers() -> Providers:
    return _current().providers()


def examiner() -> Examiner:
    return _current().examiner()


def has_device_script() -> bool:
    """Whether the sign-up page loads the vendor's script; without it nobody's silence counts."""
    return _current().has_device_script
