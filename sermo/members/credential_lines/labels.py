"""The credential line in words, and how many colleagues show it."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from sermo.core import countries, specialties
from sermo.members.credential_lines.k_anonymity import CredentialLine
from sermo.members.credential_lines.released import released_lines
from sermo.members.models import YearsBand


class HasCredentialLine(Protocol):
    """A post with the line of its author at the time."""

    line_specialty: str
    line_years: str
    line_place: str


def credential_line_label(source: HasCredentialLine) -> str:
    """The line of a post in words; "" if it shows no fact."""
    return line_label(CredentialLine(source.line_specialty, source.line_years, source.line_place))


def line_label(line: CredentialLine) -> str:
    """Such as "Rheumatology · 11 to 20 years · Germany", without the empty parts."""
    years = YearsBand(line.years).label if line.years in YearsBand.values else ""
    place = countries.NAMES.get(line.place, line.place)
    specialty = specialties.name(line.specialty) if line.specialty else ""
    return " · ".join(str(part) for part in (specialty, years, place) if part)


def line_activity_label(line: CredentialLine) -> str:
    """How many colleagues showed this line lately; "" for a line that is not released."""
    activity = released_lines().get(line)
    if activity is None:
        return ""
    if activity.n_this_week:
        sentence = _("%(n)d colleagues with these credentials were active this week.")
        return sentence % {"n": activity.n_this_week}
    if activity.n_last_week:
        sentence = _("%(n)d colleagues with these credentials were active last week.")
        return sentence % {"n": activity.n_last_week}
    sentence = _(
        "At least %(n)d colleagues with these credentials were active in the last 30 days."
    )
    return sentence % {"n": settings.K_ANONYMITY - 1}
