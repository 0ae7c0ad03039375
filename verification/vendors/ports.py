"""The interfaces of the vendors, which the checks call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from verification.personal_data.applicant_details import ApplicantDetails
from verification.vendors.records import (
    DocumentExamination,
    IdentitySearchResult,
    MasterfileCandidate,
    MasterfileChange,
    MasterfileProfile,
    NpiRecord,
    QuestionScore,
)


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


class DocumentExaminer(Protocol):
    def examine(self, application_id: str) -> DocumentExamination | None:
        """None if nobody examined the documents, or they were not readable."""


class VendorAdapters(Protocol):
    def identity_service(self) -> IdentityService: ...

    def masterfile_service(self) -> MasterfileService: ...

    def npi_registry(self) -> NpiRegistry: ...

    def document_examiner(self) -> DocumentExaminer: ...

    @property
    def has_device_script(self) -> bool: ...
