"""Credential lines that many share: what is shown of a specialty, the years and the country.

A line is made coarser until at least k members show exactly this line, empty if none is common
enough (ANONYMITY.md §2). What is shown depends on the three facts only, never on who it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sermo.core import regions, specialties


class Facts(NamedTuple):
    """What is known of a member."""

    specialty: str
    years: str
    country: str


class Line(NamedTuple):
    """What is shown: each part may be "" (not said), or coarser than the fact."""

    specialty: str
    years: str
    place: str


NOTHING = Line("", "", "")
COUNTRY_LETTERS = 2


def ladder(facts: Facts) -> tuple[Line, ...]:
    """From all to little: the years go first, then the country, then the subspecialty."""
    family, region = specialties.family(facts.specialty), regions.region(facts.country)
    return (
        Line(facts.specialty, facts.years, facts.country),
        Line(facts.specialty, "", facts.country),
        Line(facts.specialty, "", region),
        Line(family, "", region),
        Line(family, "", ""),
    )


STEPS = 5


def coarser(line: Line) -> Line:
    """One step down the ladder from what is shown, without knowing more; at last nothing."""
    family = specialties.family(line.specialty) if line.specialty else ""
    region = regions.region(line.place) if len(line.place) == COUNTRY_LETTERS else line.place
    for step in (
        Line(line.specialty, "", line.place),
        Line(line.specialty, "", region),
        Line(family, "", region),
        Line(family, "", ""),
    ):
        if step != line:
            return step
    return NOTHING


def kept_to(allowed: Collection[Line], line: Line) -> Line:
    """The finest of the allowed lines that says no more than this one."""
    while line != NOTHING and line not in allowed:
        line = coarser(line)
    return line


def assign(members: Mapping[Facts, int], k: int) -> dict[Facts, Line]:
    """The finest line for each combination of facts such that k members or more show each line.

    `members` counts who has the combination. Who already shows a finer line does not count for a
    coarser one: a reader tells them apart.
    """
    waiting, lines = dict(members), {}
    for step in range(STEPS):
        showing: Counter[Line] = Counter()
        for facts, count in waiting.items():
            showing[ladder(facts)[step]] += count
        common = {facts for facts in waiting if showing[ladder(facts)[step]] >= k}
        lines.update({facts: ladder(facts)[step] for facts in common})
        waiting = {facts: count for facts, count in waiting.items() if facts not in common}
    return lines | dict.fromkeys(waiting, NOTHING)
