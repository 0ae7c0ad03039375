"""Every 15 seconds: find what is due and queue it, so that no message lost is work lost."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q

from sermo.core import clock
from sermo.core.jobs import enqueue
from verification.models import (
    Application,
    Decision,
    Outbox,
    SecretNumber,
    State,
    Step,
    StepState,
    Topic,
    Waiting,
)
from verification.models.application import OPEN
from verification.models.checks import NO_ANSWER, UNFINISHED
from verification.pipeline import decisions
from verification.pipeline.transitions import LASTS, WORKER, lock, move, owe

AT_ONCE = 200


def sweep() -> None:
    """Apply decisions, end what ran out of time, and queue every application with due work."""
    for decision_id in due_decisions():
        decisions.apply_due(decision_id)
    for application_id in expired():
        expire(application_id)
    SecretNumber.objects.filter(erase_at__lte=clock.now()).delete()
    for application_id in with_work():
        enqueue("verification.run_step", str(application_id), using="identity")


def due_decisions() -> list[uuid.UUID]:
    now = clock.now()
    return list(
        Decision.objects.filter(
            effective_at__lte=now, applied_at__isnull=True, undone_at__isnull=True
        ).values_list("pk", flat=True)[:AT_ONCE]
    )


def expired() -> list[uuid.UUID]:
    now = clock.now()
    return list(
        Application.objects.filter(state__in=OPEN, expires_at__lte=now).values_list(
            "pk", flat=True
        )[:AT_ONCE]
    )


def with_work() -> set[uuid.UUID]:
    """Applications that owe something, or have a step that is due or whose lease has run out."""
    now = clock.now()
    owing = Outbox.objects.filter(next_at__lte=now).values_list("application_id", flat=True)
    due = (
        Step.objects.filter(state__in=UNFINISHED, next_at__lte=now)
        .filter(~Q(state=StepState.LEASED) | Q(lease_until__lte=now))
        .filter(application__state=State.CHECKING)
        .values_list("application_id", flat=True)
    )
    # A worker that died after its last step left a checked application undecided.
    idle = (
        Application.objects.filter(state=State.CHECKING)
        .exclude(steps__state__in=UNFINISHED)
        .values_list("pk", flat=True)
    )
    return {*owing[:AT_ONCE], *due[:AT_ONCE], *idle[:AT_ONCE]}


@transaction.atomic(using="identity")
def expire(application_id: uuid.UUID) -> None:
    """What happens to one application whose time in its state has passed."""
    application = lock(application_id)
    now = clock.now()
    if not application.is_open or application.expires_at is None or application.expires_at > now:
        return
    state = State(application.state)
    if state is State.DRAFT:
        _close(application, mail=False)
    elif state is State.AWAITING_APPLICANT and application.waiting_for == Waiting.CODE:
        decisions.binding_failed(application)
    elif state is State.AWAITING_APPLICANT:
        _close(application, mail=True)
    elif state is State.CHECKING:
        _rule_without(application)
    else:
        # Submitted: wake the worker again. In review: the queue shows it as late; look again.
        application.expires_at = now + LASTS[state]
        application.save(update_fields=["expires_at"])
        if state is State.SUBMITTED:
            owe(application, Topic.ADVANCE)


def _rule_without(application: Application) -> None:
    """The day for checking is over: what has not answered counts as silent."""
    unfinished = application.steps.filter(attempt=application.attempt, state__in=UNFINISHED)
    unfinished.update(state=StepState.DEAD, outcome=NO_ANSWER, lease=None, lease_until=None)
    decisions.settle(application)


def _close(application: Application, *, mail: bool) -> None:
    decisions.release(application)
    application.box = None
    move(
        application,
        State.EXPIRED,
        actor=WORKER,
        owes=Topic.MAIL_EXPIRED if mail else None,
        changed=("box",),
    )
