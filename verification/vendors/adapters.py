"""What the checks ask of the vendors, in the checks' own words; adapters speak the wire formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from verification.personal_data.applicant_details import ApplicantDetails
from verification.pipeline.checks.masterfile import MasterfileCandidate, MasterfileProfile
from verification.pipeline.checks.registers import NpiRecord


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


class IdentityService(Protocol):
    @property
    def is_configured(self) -> bool: ...

    def search(self, person: ApplicantDetails, ssn: str, invoice: str) -> IdentitySearchResult: ...

    def answer(
        self, id_number: str, answers: Mapping[str, str], *, challenge: bool
    ) -> QuestionScore: ...


class MasterfileService(Protocol):
    @property
    def is_configured(self) -> bool: ...

    def find(self, npi: str) -> Sequence[MasterfileCandidate]: ...

    def profile(self, entity_id: str) -> MasterfileProfile | None: ...

    def watch(self, entity_id: str) -> None: ...

    def unwatch(self, entity_id: str) -> None: ...

    def changes(self) -> Sequence[MasterfileChange]: ...

    def changed(self, change_id: str) -> MasterfileProfile | None: ...

    def forget(self, change_id: str) -> None: ...


class NpiRegistry(Protocol):
    @property
    def is_configured(self) -> bool: ...

    def find(self, npi: str) -> NpiRecord | None: ...


@dataclass(frozen=True)
class DocumentExamination:
    """What an examiner of documents read; only a difference counts, never an agreement."""

    name_matches: bool = True
    birth_date_matches: bool = True


class DocumentExaminer(Protocol):
    def examine(self, application_id: str) -> DocumentExamination | None:
        """None: nobody examined, or the document was not readable."""


class NullDocumentExaminer:
    """No examiner is configured: a reviewer looks."""

    def examine(self, application_id: str) -> DocumentExamination | None:
        return None


class NullIdentityService:
    is_configured = False

    def search(self, person: ApplicantDetails, ssn: str, invoice: str) -> IdentitySearchResult:
        raise VendorNotConfigured

    def answer(
        self, id_number: str, answers: Mapping[str, str], *, challenge: bool
    ) -> QuestionScore:
        raise VendorNotConfigured


class NullMasterfileService:
    is_configured = False

    def find(self, npi: str) -> Sequence[MasterfileCandidate]:
        raise VendorNotConfigured

    def profile(self, entity_id: str) -> MasterfileProfile | None:
        raise VendorNotConfigured

    def watch(self, entity_id: str) -> None:
        raise VendorNotConfigured

    def unwatch(self, entity_id: str) -> None:
        raise VendorNotConfigured

    def changes(self) -> Sequence[MasterfileChange]:
        raise VendorNotConfigured

    def changed(self, change_id: str) -> MasterfileProfile | None:
        raise VendorNotConfigured

    def forget(self, change_id: str) -> None:
        raise VendorNotConfigured


class NullNpiRegistry:
    is_configured = False

    def find(self, npi: str) -> NpiRecord | None:
        raise VendorNotConfigured


class VendorNotConfigured(RuntimeError):
    """A null twin was asked: its caller must look at `is_configured` first."""


class NullVendorAdapters:
    """Nothing is configured: the local registers, a code and a person serve."""

    def identity(self) -> IdentityService:
        return NullIdentityService()

    def masterfile(self) -> MasterfileService:
        return NullMasterfileService()

    def providers(self) -> NpiRegistry:
        return NullNpiRegistry()

    def examiner(self) -> DocumentExaminer:
        return NullDocumentExaminer()

    @property
    def has_device_script(self) -> bool:
        return False


class VendorAdapters(Protocol):
    def identity(self) -> IdentityService: ...

    def masterfile(self) -> MasterfileService: ...

    def providers(self) -> NpiRegistry: ...

    def examiner(self) -> DocumentExaminer: ...

    @property
    def has_device_script(self) -> bool: ...


@lru_cache(maxsize=8)
def _made(path: str) -> VendorAdapters:
    made: VendorAdapters = import_string(path)()
    return made


def _current() -> VendorAdapters:
    return _made(settings.VERIFICATION_SOURCES)


def reset_adapters() -> None:
    """Make the sources anew at the next question: their settings have changed."""
    _made.cache_clear()


def identity_service() -> IdentityService:
    return _current().identity()


def masterfile_service() -> MasterfileService:
    return _current().masterfile()


def npi_registry() -> NpiRegistry:
    return _current().providers()


def document_examiner() -> DocumentExaminer:
    return _current().examiner()


def has_device_script() -> bool:
    """Whether the sign-up page loads the vendor's script; without it nobody's silence counts."""
    return _current().has_device_script
