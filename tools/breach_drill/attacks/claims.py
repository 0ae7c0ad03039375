"""The results of attacks."""

from __future__ import annotations

from typing import NamedTuple


class Claim(NamedTuple):
    """`left` belongs to `right` (README.md). Credits of all claims for one `left` are 1 at most."""

    attack: str
    kind: str
    left: str
    right: str
    credit: float
    confidence: float
