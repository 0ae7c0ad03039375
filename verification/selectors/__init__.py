"""What the pages of verification show."""

from __future__ import annotations

from verification.selectors.applicant import (
    fingerprint,
    in_words,
    kept_documents,
    latest,
    median_wait_minutes,
    offer,
    open_question,
    person_of,
    progress,
)
from verification.selectors.review import dossier, meanings, queue, waiting_count

__all__ = [
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
    "waiting_count",
]
