"""The credential line in words."""

from __future__ import annotations

from typing import Protocol

from sermo.core import countries, specialties
from sermo.members.models import YearsBand


class HasCredentialLine(Protocol):
    """A member, or a post with the line of its author at the time."""

    line_specialty: str
    line_years: str
    line_place: str


def credential_line_label(source: HasCredentialLine) -> str:
    """Such as "Rheumatology · 11 to 20 years · Germany", without the empty parts."""
    years = YearsBand(source.line_years).label if source.line_years in YearsBand.values else ""
    place = countries.NAMES.get(source.line_place, source.line_place)
    specialty = specialties.name(source.line_specialty) if source.line_specialty else ""
    return " · ".join(str(part) for part in (specialty, years, place) if part)
