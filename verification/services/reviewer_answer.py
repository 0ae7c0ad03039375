"""The applicant answers a reviewer."""

from __future__ import annotations

import uuid

from django.db import transaction

from sermo.core import clock
from sermo.core.quotas import MESSAGES, spend
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    ReviewerQuestion,
)
from verification.personal_data import applicant_details
from verification.pipeline.transitions import (
    StateChange,
    lock_application,
    transition,
)
from verification.services.document import add_document


def answer_reviewer(
    *, application: Application, text: str, content: bytes | None, key: uuid.UUID
) -> None:
    """Answer in words, with a file, or both; the application returns to the queue.

    Raises `QuotaReached`, and as `add_document` does: `ApplicationChanged`, `ApplicationLocked`,
    `DocumentTooLarge`, `TooManyDocuments`, `UnsupportedDocument`.
    """
    spend(MESSAGES, str(application.user_id))
    if content is not None:
        add_document(application=application, content=content, key=key)
    with transaction.atomic(using="identity"):
        _answer(application, text)


def _answer(application: Application, text: str) -> None:
    locked = lock_application(application.pk)
    if locked.waiting_for != AwaitedInput.REVIEWER_ANSWER:
        return  # sent twice: it is answered
    request = ReviewerQuestion.objects.filter(application=locked, answered_at__isnull=True).first()
    if request is not None:
        request.answer_ciphertext = applicant_details.encrypt_text(
            locked.user.decrypt_data_key(), text
        )
        request.answered_at = clock.now()
        request.save(update_fields=["answer_ciphertext", "answered_at"])
    transition(locked, StateChange(ApplicationState.IN_REVIEW, actor=f"user:{locked.user_id}"))
