"""Models of cases. No table here stores who a person is."""

from __future__ import annotations

from cases.models.cases import (
    FACT_FIELDS,
    FACT_LABELS,
    TEXT_FIELDS,
    Case,
    CaseFact,
    CaseQuerySet,
    CaseText,
)
from cases.models.choices import (
    SHOWABLE_STATUSES,
    AgeBand,
    CareSetting,
    CasePurpose,
    CaseStatus,
    Certainty,
    CommentKind,
    EstablishedBy,
    ImageState,
    ModerationStatus,
    PresetQuestion,
    SensorNoise,
    Sex,
    Urgency,
)
from cases.models.comments import AnswerReveal, Comment, HelpfulMark
from cases.models.drafts import Draft
from cases.models.images import Image, ImageModeration, ImageQuerySet
from cases.models.listings import AskedSpecialty, CaseSearchEntry, CaseStats, CaseViewCount
from cases.models.outcomes import Outcome, WaitingOutcome

__all__ = [
    "FACT_FIELDS",
    "FACT_LABELS",
    "SHOWABLE_STATUSES",
    "TEXT_FIELDS",
    "AgeBand",
    "AnswerReveal",
    "AskedSpecialty",
    "CareSetting",
    "Case",
    "CaseFact",
    "CasePurpose",
    "CaseQuerySet",
    "CaseSearchEntry",
    "CaseStats",
    "CaseStatus",
    "CaseText",
    "CaseViewCount",
    "Certainty",
    "Comment",
    "CommentKind",
    "Draft",
    "EstablishedBy",
    "HelpfulMark",
    "Image",
    "ImageModeration",
    "ImageQuerySet",
    "ImageState",
    "ModerationStatus",
    "Outcome",
    "PresetQuestion",
    "SensorNoise",
    "Sex",
    "Urgency",
    "WaitingOutcome",
]
