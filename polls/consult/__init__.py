"""How single answers become a collective one (CONSULT.md §4). Plain Python: usable by itself."""

from __future__ import annotations

from polls.consult.breakdown import Bar, Movement, by_specialty, minority, movement
from polls.consult.pooling import FULL, USABLE, Answer, Pooled, pool

__all__ = [
    "FULL",
    "USABLE",
    "Answer",
    "Bar",
    "Movement",
    "Pooled",
    "by_specialty",
    "minority",
    "movement",
    "pool",
]
