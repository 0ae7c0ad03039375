"""The released lines, as this process knows them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sermo.members.credential_lines.k_anonymity import CredentialLine
from sermo.members.models import ReleasedLine

REREAD_SECONDS = 60


@dataclass(frozen=True)
class LineActivity:
    """Colleagues who showed a line, rounded down to five; 0 if too few did."""

    n_this_week: int
    n_last_week: int


ReleasedLines = Mapping[CredentialLine, LineActivity]
# The lines, and when they were read.
_known: tuple[ReleasedLines, float] | None = None


def released_lines() -> ReleasedLines:
    """Every line that may be shown; at most a minute old. One statement a minute."""
    global _known
    known = _known
    if known is None or time.monotonic() - known[1] > REREAD_SECONDS:
        _known = known = (_read(), time.monotonic())
    return known[0]


def forget_released_lines() -> None:
    """Read them again at the next use in this process."""
    global _known
    _known = None


def _read() -> ReleasedLines:
    return {
        CredentialLine(row.specialty, row.years, row.place): LineActivity(
            row.n_this_week, row.n_last_week
        )
        for row in ReleasedLine.objects.order_by()
    }
