"""k-anonymous credential lines: what is shown of a specialty, the years and the country.

A line is generalised until at least k members show exactly this line; it is empty if no line is
common enough (docs/design/anonymity.md, credential line). What is shown depends on the three facts
only, never on who it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sermo.core import regions, specialties


class MemberFacts(NamedTuple):
    """What verification established about a member."""

    specialty: str
    years: str
    country: str


class CredentialLine(NamedTuple):
    """What is shown. Each part is "" if not shown, or coarser than the fact."""

    specialty: str
    years: str
    # A country (two letters) or a region.
    place: str


EMPTY_LINE = CredentialLine("", "", "")
COUNTRY_CODE_LENGTH = 2


def generalisation_levels(facts: MemberFacts) -> tuple[CredentialLine, ...]:
    """From exact to coarse: first the years go, then the country, then the subspecialty."""
    family, region = specialties.family(facts.specialty), regions.region(facts.country)
    return (
        CredentialLine(facts.specialty, facts.years, facts.country),
        CredentialLine(facts.specialty, "", facts.country),
        CredentialLine(facts.specialty, "", region),
        CredentialLine(family, "", region),
        CredentialLine(family, "", ""),
    )


N_LEVELS = 5


def generalise(line: CredentialLine) -> CredentialLine:
    """The next coarser line, from the shown line alone; in the end `EMPTY_LINE`."""
    family = specialties.family(line.specialty) if line.specialty else ""
    region = regions.region(line.place) if len(line.place) == COUNTRY_CODE_LENGTH else line.place
    for coarser in (
        CredentialLine(line.specialty, "", line.place),
        CredentialLine(line.specialty, "", region),
        CredentialLine(family, "", region),
        CredentialLine(family, "", ""),
    ):
        if coarser != line:
            return coarser
    return EMPTY_LINE


def generalise_until_allowed(
    allowed: Collection[CredentialLine], line: CredentialLine
) -> CredentialLine:
    """The most exact of the allowed lines that says no more than this one."""
    while line != EMPTY_LINE and line not in allowed:
        line = generalise(line)
    return line


def assign_lines(members: Mapping[MemberFacts, int], k: int) -> dict[MemberFacts, CredentialLine]:
    """The most exact line for each combination of facts, such that k or more show each line.

    `members` counts the members with each combination. Members with a more exact line do not
    count for a coarser one: a reader can tell them apart.
    """
    unassigned, lines = dict(members), {}
    for level in range(N_LEVELS):
        n_showing: Counter[CredentialLine] = Counter()
        for facts, count in unassigned.items():
            n_showing[generalisation_levels(facts)[level]] += count
        common = {
            facts for facts in unassigned if n_showing[generalisation_levels(facts)[level]] >= k
        }
        lines.update({facts: generalisation_levels(facts)[level] for facts in common})
        unassigned = {facts: n for facts, n in unassigned.items() if facts not in common}
    return lines | dict.fromkeys(unassigned, EMPTY_LINE)
