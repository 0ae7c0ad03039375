"""What the pages of verification show."""

from __future__ import annotations

from verification.selectors.applications import (
    asks_identity,
    fingerprint,
    identity_details,
    kept_documents,
    lacks_identity,
    latest,
    offer,
    open_question,
    person_of,
    progress,
    standing_of,
)
from verification.selectors.review import dossier, meanings, queue, undoable, waiting_count
from verification.selectors.waiting_times import (
    before,
    by_day,
    in_words,
    median_wait_minutes,
    waits,
)

__all__ = [
    "asks_identity",
    "before",
    "by_day",
    "dossier",
    "fingerprint",
    "identity_details",
    "in_words",
    "kept_documents",
    "lacks_identity",
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
