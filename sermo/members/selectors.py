"""What is shown of a member."""

from __future__ import annotations

from sermo.core import specialties
from sermo.members.models import Authored, Member, YearsBand

_YEARS = dict(YearsBand.choices)


def line_of(of: Member | Authored) -> str:
    """The credential line, coarsened as stored: "Cardiology · 11 to 20 years · US"."""
    parts = (
        specialties.name(of.line_specialty) if of.line_specialty else "Physician",
        str(_YEARS.get(of.line_years, "")),
        of.line_place,
    )
    return " · ".join(part for part in parts if part)
