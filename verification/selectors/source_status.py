"""The state of vendors and registers, for an operator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from sermo.core import clock
from verification.models import (
    CircuitBreaker,
    Exclusion,
    RegisterImport,
    RegisterRow,
    Step,
    StepState,
    Taxonomy,
    VendorCall,
)
from verification.registers.catalog import REGISTERS, RegisterDescription
from verification.vendors.catalog import VENDORS, VendorDescription

MONTH = dt.timedelta(days=30)


@dataclass(frozen=True)
class VendorStatus:
    """A vendor, the state of its circuit breaker in words, and its calls of 30 days by outcome."""

    vendor: VendorDescription
    state: str
    is_paused: bool
    calls: list[tuple[str, int]]


@dataclass(frozen=True)
class RegisterStatus:
    register: RegisterDescription
    rows: int
    imported: dt.date | None


def vendor_statuses() -> list[VendorStatus]:
    """One row for each vendor. Two queries."""
    breakers = {row.provider: row for row in CircuitBreaker.objects.all()}
    counted: dict[str, list[tuple[str, int]]] = {}
    for provider, outcome, n in (
        VendorCall.objects.filter(sent_at__gte=clock.now() - MONTH)
        .values_list("provider", "outcome")
        .annotate(n=Count("pk"))
        .order_by("provider", "outcome")
    ):
        counted.setdefault(provider, []).append((outcome or "sent, no answer yet", n))
    return [
        _row(vendor, breakers.get(vendor.code), counted.get(vendor.code, [])) for vendor in VENDORS
    ]


def _row(
    vendor: VendorDescription, breaker: CircuitBreaker | None, calls: list[tuple[str, int]]
) -> VendorStatus:
    if breaker is None or breaker.opened_at is None:
        return VendorStatus(vendor, "asked as needed", False, calls)
    words = "refuses our credentials or address" if breaker.is_misconfigured else "does not answer"
    return VendorStatus(vendor, f"paused: it {words}", True, calls)


def register_statuses() -> list[RegisterStatus]:
    """One row for each register. Four queries."""
    rows = dict(RegisterRow.objects.values_list("scheme").annotate(n=Count("pk")))
    rows |= {"leie": Exclusion.objects.count(), "nucc": Taxonomy.objects.count()}
    done = RegisterImport.objects.filter(state=RegisterImport.State.DONE).order_by("imported_at")
    last = {kind.lower(): at.date() for kind, at in done.values_list("kind", "imported_at")}
    return [
        RegisterStatus(register, rows.get(register.scheme, 0), last.get(register.scheme.lower()))
        for register in REGISTERS
    ]


def failed_checks() -> list[tuple[str, int]]:
    """Checks of open applications that ended without an answer, as (name, number)."""
    dead = Step.objects.filter(state=StepState.DEAD, application__closed_at__isnull=True)
    counted = dead.values_list("name").annotate(n=Count("pk")).order_by("name")
    return [(name, n) for name, n in counted]
