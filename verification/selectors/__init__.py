"""What the pages of verification show."""

from __future__ import annotations

from verification.selectors.applicant import (
    fingerprint,
    kept_documents,
    latest,
    offer,
    open_question,
    person_of,
    progress,
    standing_of,
)
from verification.selectors.review import dossier, meanings, queue, undoable, waiting_count
from verification.selectors.waiting import (
    before,
    by_day,
    in_words,
    median_wait_minutes,
    waits,
)

__all__ = [
    "before",
    "by_day",
    "dossier",
    "fingerprint",
    "in_words",
    "kept_documents",
    "latest",
    "meanings",
    "median_wait_minutes",
    "offer",
    "open_question",
    "person_of",
    "progress",
    "queue",
    "standing_of",
    "undoable",
    "waiting_count",
    "waits",
]
