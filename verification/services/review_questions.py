"""A reviewer asks the applicant a question."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from sermo.core import clock
from verification.errors import (
    ApplicationChanged,
)
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    OutboxTopic,
    ReviewerQuestion,
)
from verification.personal_data import applicant_details
from verification.pipeline.transitions import StateChange, lock_application, transition
from verification.selectors.review_queue import current_decision
from verification.services.review_claims import lock_claimed


@transaction.atomic(using="identity")
def ask_applicant(*, application: Application, reviewer: User, question: str) -> None:
    """Ask the applicant. The application leaves the queue for 14 days at most.

    Raises `ApplicationChanged` if it is decided or no longer in review, `ClaimExpired` and
    `OwnApplication`.
    """
    if current_decision(lock_application(application.pk)) is not None:
        raise ApplicationChanged
    locked = lock_claimed(application, reviewer)
    ReviewerQuestion.objects.create(
        application=locked,
        question_ciphertext=applicant_details.encrypt_text(
            locked.user.decrypt_data_key(), question
        ),
        asked_at=clock.now(),
    )
    transition(
        locked,
        StateChange(
            ApplicationState.AWAITING_APPLICANT,
            actor=f"user:{reviewer.pk}",
            waiting_for=AwaitedInput.REVIEWER_ANSWER,
            outbox_topic=OutboxTopic.MAIL_QUESTION,
        ),
    )
