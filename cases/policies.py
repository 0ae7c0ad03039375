"""Rules of cases as plain functions."""

from __future__ import annotations

import datetime as dt
import math

_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_HOURS_FOR_TENFOLD = 12


def hotness(score: int, at: dt.datetime) -> float:
    """Order of the "hot" feed: ten times the score is worth twelve hours. Needs no decay job."""
    hours = (at - _EPOCH).total_seconds() / 3600
    return math.log10(max(score, 1)) + hours / _HOURS_FOR_TENFOLD
