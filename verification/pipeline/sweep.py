"""Every 15 seconds, find what is due and queue it, so that a lost message loses no work."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q

from sermo.core import clock
from sermo.core.jobs import enqueue
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    Decision,
    OutboxMessage,
    OutboxTopic,
    SocialSecurityNumber,
    Step,
    StepState,
)
from verification.models.application import OPEN_STATES
from verification.models.steps import NO_ANSWER, UNFINISHED_STATES
from verification.pipeline import decisions
from verification.pipeline.transitions import (
    STATE_LIFETIME,
    WORKER,
    StateChange,
    add_to_outbox,
    lock_application,
    transition,
)

BATCH_SIZE = 200


def run_sweep() -> None:
    """Apply decisions, expire applications, and queue every application that has due work."""
    for decision_id in decisions_to_apply():
        decisions.apply_due_decision(decision_id)
    for application_id in expired_applications():
        expire_application(application_id)
    SocialSecurityNumber.objects.filter(erase_at__lte=clock.now()).delete()
    for application_id in applications_with_due_work():
        enqueue("verification.process_application", str(application_id), using="identity")


def decisions_to_apply() -> list[uuid.UUID]:
    now = clock.now()
    return list(
        Decision.objects.filter(
            effective_at__lte=now, applied_at__isnull=True, undone_at__isnull=True
        ).values_list("pk", flat=True)[:BATCH_SIZE]
    )


def expired_applications() -> list[uuid.UUID]:
    now = clock.now()
    return list(
        Application.objects.filter(state__in=OPEN_STATES, expires_at__lte=now).values_list(
            "pk", flat=True
        )[:BATCH_SIZE]
    )


def applications_with_due_work() -> set[uuid.UUID]:
    """Applications with a due message, a due step, or a step whose lease has expired."""
    now = clock.now()
    owing = OutboxMessage.objects.filter(next_at__lte=now).values_list("application_id", flat=True)
    due = (
        Step.objects.filter(state__in=UNFINISHED_STATES, next_at__lte=now)
        .filter(~Q(state=StepState.LEASED) | Q(lease_until__lte=now))
        .filter(application__state=ApplicationState.CHECKING)
        .values_list("application_id", flat=True)
    )
    # A worker that crashed after the last step leaves a checked application undecided.
    idle = (
        Application.objects.filter(state=ApplicationState.CHECKING)
        .exclude(steps__state__in=UNFINISHED_STATES)
        .values_list("pk", flat=True)
    )
    return {*owing[:BATCH_SIZE], *due[:BATCH_SIZE], *idle[:BATCH_SIZE]}


@transaction.atomic(using="identity")
def expire_application(application_id: uuid.UUID) -> None:
    """Handle an application whose time in its state has passed."""
    application = lock_application(application_id)
    now = clock.now()
    if not application.is_open or application.expires_at is None or application.expires_at > now:
        return
    state = ApplicationState(application.state)
    if state is ApplicationState.DRAFT:
        _close(application, mail=False)
    elif (
        state is ApplicationState.AWAITING_APPLICANT
        and application.waiting_for == AwaitedInput.CODE
    ):
        decisions.review_failed_binding(application)
    elif state is ApplicationState.AWAITING_APPLICANT:
        _close(application, mail=True)
    elif state is ApplicationState.CHECKING:
        _decide_without_answers(application)
    else:
        # Submitted: wake the worker again. In review: only extend; the queue shows it as late.
        application.expires_at = now + STATE_LIFETIME[state]
        application.save(update_fields=["expires_at"])
        if state is ApplicationState.SUBMITTED:
            add_to_outbox(application, OutboxTopic.ADVANCE)


def _decide_without_answers(application: Application) -> None:
    """The time for checking is over: every step without an answer counts as failed."""
    unfinished = application.steps.filter(attempt=application.attempt, state__in=UNFINISHED_STATES)
    unfinished.update(state=StepState.DEAD, outcome=NO_ANSWER, lease=None, lease_until=None)
    decisions.decide_checked_application(application)


def _close(application: Application, *, mail: bool) -> None:
    decisions.release_number(application)
    application.details_ciphertext = None
    transition(
        application,
        StateChange(
            ApplicationState.EXPIRED,
            actor=WORKER,
            outbox_topic=OutboxTopic.MAIL_EXPIRED if mail else None,
            changed_fields=("details_ciphertext",),
        ),
    )
