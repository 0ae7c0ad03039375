"""Whether each vendor answers and accepts our credentials. No request is about a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from verification.personal_data.applicant_details import ApplicantDetails
from verification.vendors import adapters
from verification.vendors.catalog import AMA, IDOLOGY, NPPES, VENDORS, VendorDescription
from verification.vendors.errors import (
    RequestRejectedError,
    TransientVendorError,
    VendorConfigurationError,
)

# A well-formed NPI that was never issued.
UNASSIGNED_NPI = "2999999999"


class VendorHealth(StrEnum):
    OFF = "not configured"
    UNASKED = "configured, not asked"
    WELL = "configured, answers"
    REFUSED = "configured, but refuses our credentials or address"
    SILENT = "configured, but does not answer"


@dataclass(frozen=True)
class VendorCheck:
    vendor: VendorDescription
    reach: VendorHealth

    @property
    def is_well(self) -> bool:
        return self.reach not in {VendorHealth.REFUSED, VendorHealth.SILENT}


def check_vendors(*, ask: bool = True) -> list[VendorCheck]:
    """Check each vendor in turn. Circuit breakers are neither read nor changed."""
    return [VendorCheck(vendor, _health(vendor, ask=ask)) for vendor in VENDORS]


def _health(vendor: VendorDescription, *, ask: bool) -> VendorHealth:
    if not vendor.is_configured:
        return VendorHealth.OFF
    if not ask:
        return VendorHealth.UNASKED
    try:
        _PROBES[vendor.code]()
    except RequestRejectedError:
        return VendorHealth.WELL
    except VendorConfigurationError:
        return VendorHealth.REFUSED
    except TransientVendorError:
        return VendorHealth.SILENT
    return VendorHealth.WELL


def _probe_idology() -> None:
    """A search without a name: refused after the credentials were accepted, so no search is
    made.
    """
    adapters.identity_service().search(ApplicantDetails(), "", "check")


def _probe_ama() -> None:
    """A search for an unassigned number, with a new token."""
    adapters.masterfile_service().find(UNASSIGNED_NPI)


def _probe_nppes() -> None:
    adapters.npi_registry().find(UNASSIGNED_NPI)


_PROBES: dict[str, Callable[[], None]] = {
    IDOLOGY: _probe_idology,
    AMA: _probe_ama,
    NPPES: _probe_nppes,
}
