"""The arithmetic of the consult (docs/design/consult.md). Plain Python, without Django."""

from __future__ import annotations

from polls.consult.breakdown import (
    AnswerChanges,
    SpecialtyGroup,
    compare_rounds,
    count_choices,
    group_by_specialty,
    minority_report,
)
from polls.consult.calibration import (
    STATED_PROBABILITY,
    Calibration,
    CalibrationBin,
    ScoredAnswer,
    calibrate,
    calibrate_by_specialty,
    record_weight,
)
from polls.consult.pooling import (
    MAX_SMALL_GROUP,
    MIN_COMPLETE,
    MIN_RELIABLE,
    PooledDiagnosis,
    RankedAnswer,
    ScoreTerm,
    merge_keys,
    pool,
    pool_by_record_weight,
    round_percent,
)

__all__ = [
    "MAX_SMALL_GROUP",
    "MIN_COMPLETE",
    "MIN_RELIABLE",
    "STATED_PROBABILITY",
    "AnswerChanges",
    "Calibration",
    "CalibrationBin",
    "PooledDiagnosis",
    "RankedAnswer",
    "ScoreTerm",
    "ScoredAnswer",
    "SpecialtyGroup",
    "calibrate",
    "calibrate_by_specialty",
    "compare_rounds",
    "count_choices",
    "group_by_specialty",
    "merge_keys",
    "minority_report",
    "pool",
    "pool_by_record_weight",
    "record_weight",
    "round_percent",
]
