"""The results of attacks."""

from __future__ import annotations

from typing import NamedTuple


class Claim(NamedTuple):
    """A claim that `left` belongs to `right` (README.md, Attacks).

    The credits of all claims for one `left` add up to 1 at most.
    """

    attack: str
    kind: str
    left: str
    right: str
    credit: float
    confidence: float


class StructuralFinding(NamedTuple):
    """A weakness in a dump, independent of what an attack makes of it."""

    check: str
    where: str
    what: str
