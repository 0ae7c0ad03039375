"""Whether each vendor answers, and answers us; no person is asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from verification.personal_data.applicant_details import Person
from verification.pipeline.checks.subject import Misconfigured, Passing, Rejected
from verification.pipeline.checks.vendors import AMA, IDOLOGY, NPPES
from verification.vendors import adapters
from verification.vendors.catalog import VENDORS, Vendor

# A well-formed number of no known issue.
NOBODY = "2999999999"


class Reach(StrEnum):
    OFF = "not configured"
    UNASKED = "configured, not asked"
    WELL = "configured, answers"
    REFUSED = "configured, but refuses our credentials or address"
    SILENT = "configured, but does not answer"


@dataclass(frozen=True)
class Checked:
    vendor: Vendor
    reach: Reach

    @property
    def is_well(self) -> bool:
        return self.reach not in {Reach.REFUSED, Reach.SILENT}


def check(*, ask: bool = True) -> list[Checked]:
    """Each vendor in turn; the fuses are neither asked nor changed."""
    return [Checked(vendor, _reach(vendor, ask=ask)) for vendor in VENDORS]


def _reach(vendor: Vendor, *, ask: bool) -> Reach:
    if not vendor.is_configured:
        return Reach.OFF
    if not ask:
        return Reach.UNASKED
    try:
        _QUESTIONS[vendor.code]()
    except Rejected:
        return Reach.WELL
    except Misconfigured:
        return Reach.REFUSED
    except Passing:
        return Reach.SILENT
    return Reach.WELL


def _ask_idology() -> None:
    """Without a name: the vendor refuses that once it has taken our credentials; no search."""
    adapters.identity().search(Person(), "", "check")


def _ask_ama() -> None:
    """A search for nobody, with a new token."""
    adapters.masterfile().find(NOBODY)


def _ask_nppes() -> None:
    adapters.providers().find(NOBODY)


_QUESTIONS: dict[str, Callable[[], None]] = {
    IDOLOGY: _ask_idology,
    AMA: _ask_ama,
    NPPES: _ask_nppes,
}
