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
from polls.consult.calibration import (
    STATED,
    Calibration,
    Step,
    Told,
    calibrate,
    record_weight,
)
from polls.consult.pooling import (
    FEW,
    FULL,
    USABLE,
    Answer,
    Pooled,
    Term,
    by_record,
    merged,
    percent,
    pool,
)

__all__ = [
    "FEW",
    "FULL",
    "STATED",
    "USABLE",
    "Answer",
    "Bar",
    "Calibration",
    "Group",
    "Movement",
    "Pooled",
    "Step",
    "Term",
    "Told",
    "by_record",
    "by_specialty",
    "calibrate",
    "counts",
    "grouped",
    "merged",
    "minority",
    "movement",
    "percent",
    "pool",
    "record_weight",
]
