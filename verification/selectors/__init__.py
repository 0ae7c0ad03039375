"""What the pages of verification show."""

from __future__ import annotations

from verification.selectors.applications import (
    check_progress,
    details_of,
    identity_details,
    is_identity_missing,
    latest_application,
    pause_explanation,
    recovery_option,
    requires_identity,
    status_fingerprint,
    stored_documents,
    unanswered_question,
)
from verification.selectors.dossier import review_dossier
from verification.selectors.review_queue import (
    count_waiting,
    reason_labels,
    review_queue,
    undoable_decision,
)
from verification.selectors.waiting_times import (
    applications_ahead,
    decisions_by_day,
    duration_in_words,
    median_wait_minutes,
    waiting_times,
)

__all__ = [
    "applications_ahead",
    "check_progress",
    "count_waiting",
    "decisions_by_day",
    "details_of",
    "duration_in_words",
    "identity_details",
    "is_identity_missing",
    "latest_application",
    "median_wait_minutes",
    "pause_explanation",
    "reason_labels",
    "recovery_option",
    "requires_identity",
    "review_dossier",
    "review_queue",
    "status_fingerprint",
    "stored_documents",
    "unanswered_question",
    "undoable_decision",
    "waiting_times",
]
