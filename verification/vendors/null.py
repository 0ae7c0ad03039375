"""Adapters for a site on which no vendor is configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verification.personal_data.applicant_details import ApplicantDetails
from verification.vendors.ports import (
    DocumentExaminer,
    IdentityService,
    MasterfileService,
    NpiRegistry,
)
from verification.vendors.records import (
    DocumentExamination,
    IdentitySearchResult,
    MasterfileCandidate,
    MasterfileChange,
    MasterfileProfile,
    NpiRecord,
    QuestionScore,
)


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
    """A null adapter was called; the caller must check `is_configured` first."""


class NullVendorAdapters:
    """No vendor is configured: imported registers, a code and a reviewer serve instead."""

    def identity_service(self) -> IdentityService:
        return NullIdentityService()

    def masterfile_service(self) -> MasterfileService:
        return NullMasterfileService()

    def npi_registry(self) -> NpiRegistry:
        return NullNpiRegistry()

    def document_examiner(self) -> DocumentExaminer:
        return NullDocumentExaminer()

    @property
    def has_device_script(self) -> bool:
        return False
