"""What an attack says."""

from __future__ import annotations

from typing import NamedTuple


class Claim(NamedTuple):
    """One assertion (README.md, Attacks). Claims for one `left` share a credit of one."""

    attack: str
    kind: str
    left: str
    right: str
    credit: float
    confidence: float


class Finding(NamedTuple):
    """Something that is wrong whoever can use it."""

    check: str
    where: str
    what: str
