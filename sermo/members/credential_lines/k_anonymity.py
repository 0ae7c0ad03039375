"""k-anonymous credential lines: what is shown of a specialty, the years and the country.

A line is generalised until at least k members show exactly this line; it is empty if no line is
common enough (docs/design/anonymity.md, credential line). What is shown depends on the three facts
only, never on who it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from typing import NamedTuple

from sermo.core import regions, specialties


class MemberFacts(NamedTuple):
    """What verification established about a member; all parts but the years are known."""

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


def finest_released(released: Container[CredentialLine], facts: MemberFacts) -> CredentialLine:
    """The most exact of the released lines that is true of these facts; else `EMPTY_LINE`."""
    return next((line for line in generalisation_levels(facts) if line in released), EMPTY_LINE)


def assign_lines(shown: Mapping[MemberFacts, int], k: int) -> dict[MemberFacts, CredentialLine]:
    """The most exact line for each combination of facts, such that k or more show each line.

    `shown` counts the members who showed a line, by what is exactly true of them. Those with a more
    exact line do not count for a coarser one: a reader can tell them apart. `finest_released` of
    the lines assigned gives the same line for each combination.
    """
    unassigned = dict(shown)
    lines: dict[MemberFacts, CredentialLine] = {}
    for level in range(N_LEVELS):
        n_showing: Counter[CredentialLine] = Counter()
        for facts, count in unassigned.items():
            n_showing[generalisation_levels(facts)[level]] += count
        # Two levels can give one line: who comes later to a line that k show may show it too.
        released = set(lines.values()) | {line for line, n in n_showing.items() if n >= k}
        assigned = {
            facts: line
            for facts in unassigned
            if (line := generalisation_levels(facts)[level]) in released
        }
        lines |= assigned
        unassigned = {facts: n for facts, n in unassigned.items() if facts not in assigned}
    return lines | dict.fromkeys(unassigned, EMPTY_LINE)
