"""How single answers become a collective one (CONSULT.md §4). Plain Python: usable by itself."""

from __future__ import annotations

from polls.consult.breakdown import (
    Bar,
    Group,
    Movement,
    by_specialty,
    counts,
    grouped,
    minority,
    movement,
)
from polls.consult.pooling import FEW, FULL, USABLE, Answer, Pooled, Term, merged, percent, pool

__all__ = [
    "FEW",
    "FULL",
    "USABLE",
    "Answer",
    "Bar",
    "Group",
    "Movement",
    "Pooled",
    "Term",
    "by_specialty",
    "counts",
    "grouped",
    "merged",
    "minority",
    "movement",
    "percent",
    "pool",
]
