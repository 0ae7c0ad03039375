"""The credential line in words."""

from __future__ import annotations

from typing import Protocol

from sermo.core import countries, specialties
from sermo.members.models import YearsBand


class HasCredentialLine(Protocol):
    """A member, or an item that froze the member's line."""

    line_specialty: str
    line_years: str
    line_place: str


def credential_line_label(of: HasCredentialLine) -> str:
    """Such as "Rheumatology · 11 to 20 years · Germany", without what was coarsened away."""
    years = YearsBand(of.line_years).label if of.line_years in YearsBand.values else ""
    place = countries.NAMES.get(of.line_place, of.line_place)
    specialty = specialties.name(of.line_specialty) if of.line_specialty else ""
    return " · ".join(str(part) for part in (specialty, years, place) if part)
