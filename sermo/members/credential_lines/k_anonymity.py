"""Credential lines that many share: what is shown of a specialty, the years and the country.

A line is made coarser until at least k members show exactly this line, empty if none is common
enough (ANONYMITY.md §2). What is shown depends on the three facts only, never on who it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sermo.core import regions, specialties


class MemberFacts(NamedTuple):
    """What is known of a member."""

    specialty: str
    years: str
    country: str


class CredentialLine(NamedTuple):
    """What is shown: each part may be "" (not said), or coarser than the fact."""

    specialty: str
    years: str
    place: str


EMPTY_LINE = CredentialLine("", "", "")
COUNTRY_CODE_LENGTH = 2


def generalisation_levels(facts: MemberFacts) -> tuple[CredentialLine, ...]:
    """From all to little: the years go first, then the country, then the subspecialty."""
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
    """One step down the ladder from what is shown, without knowing more; at last nothing."""
    family = specialties.family(line.specialty) if line.specialty else ""
    region = regions.region(line.place) if len(line.place) == COUNTRY_CODE_LENGTH else line.place
    for step in (
        CredentialLine(line.specialty, "", line.place),
        CredentialLine(line.specialty, "", region),
        CredentialLine(family, "", region),
        CredentialLine(family, "", ""),
    ):
        if step != line:
            return step
    return EMPTY_LINE


def generalise_until_allowed(
    allowed: Collection[CredentialLine], line: CredentialLine
) -> CredentialLine:
    """The finest of the allowed lines that says no more than this one."""
    while line != EMPTY_LINE and line not in allowed:
        line = generalise(line)
    return line


def assign_lines(members: Mapping[MemberFacts, int], k: int) -> dict[MemberFacts, CredentialLine]:
    """The finest line for each combination of facts such that k members or more show each line.

    `members` counts who has the combination. Who already shows a finer line does not count for a
    coarser one: a reader tells them apart.
    """
    waiting, lines = dict(members), {}
    for step in range(N_LEVELS):
        showing: Counter[CredentialLine] = Counter()
        for facts, count in waiting.items():
            showing[generalisation_levels(facts)[step]] += count
        common = {facts for facts in waiting if showing[generalisation_levels(facts)[step]] >= k}
        lines.update({facts: generalisation_levels(facts)[step] for facts in common})
        waiting = {facts: count for facts, count in waiting.items() if facts not in common}
    return lines | dict.fromkeys(waiting, EMPTY_LINE)
