"""One worker's turn at one application: relay what is owed, lease a due step, run it, go on.

Called twice or by two workers at once it does no harm: a step is leased by one, a result is stored
only under its own lease and only while the application is still being checked.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from sermo.audit.actions import Action
from sermo.audit.services import record
from verification import personal, policy
from verification.models import Application, State, Step, StepName, StepState
from verification.models.checks import UNFINISHED
from verification.pipeline import decide, facts, outbox
from verification.pipeline.checks import (
    BEFORE_IDENTITY,
    CHECKS,
    STAGES,
    Outcome,
    Passing,
    Subject,
)
from verification.transitions import WORKER, lock

LEASE = dt.timedelta(seconds=90)
BUDGET = dt.timedelta(hours=24)
# A first retry at once, then further and further apart; the time is halved at most, by chance.
DELAYS_SECONDS = (0, 30, 120, 600, 1_800, 7_200, 21_600)
# More turns than any plan has steps: a loop that does not end is a defect, not a wait.
MOST_TURNS = 60


@dataclass(frozen=True)
class Leased:
    step: Step
    subject: Subject
    lease: uuid.UUID


def work(application_id: uuid.UUID) -> None:
    """Everything that can be done for this application now."""
    for _ in range(MOST_TURNS):
        outbox.relay(application_id)
        leased = lease_step(application_id)
        if leased is not None:
            run_leased(leased)
        elif not outbox.is_owing(application_id):
            return


def run_leased(leased: Leased) -> None:
    """Run the check outside any transaction, then store how it came out."""
    try:
        outcome = CHECKS[StepName(leased.step.name)](leased.subject)
    except Passing:
        postpone(leased)
        return
    store(leased, outcome)


@transaction.atomic(using="identity")
def lease_step(application_id: uuid.UUID) -> Leased | None:
    """Take one due step of the current stage; None where there is nothing to do now.

    Where every stage is done, the decision is made here.
    """
    application = _locked_open(application_id)
    if application is None or application.state != State.CHECKING:
        return None
    stage = _current_stage(application)
    if stage is None:
        decide.settle(application)
        return None
    now = timezone.now()
    step = (
        Step.objects.select_for_update(skip_locked=True)
        .filter(application=application, attempt=application.attempt, name__in=stage)
        .filter(state__in=UNFINISHED, next_at__lte=now)
        .exclude(state=StepState.LEASED, lease_until__gt=now)
        .order_by("next_at", "name")
        .first()
    )
    if step is None:
        return None
    step.state = StepState.LEASED
    step.lease = uuid.uuid4()
    step.lease_until = now + LEASE
    step.tries += 1
    step.give_up_at = step.give_up_at or now + BUDGET
    step.save(update_fields=["state", "lease", "lease_until", "tries", "give_up_at"])
    person = personal.open_(application.user.open_data_key(), application.box)
    return Leased(step, Subject(application, person), step.lease)


def _locked_open(application_id: uuid.UUID) -> Application | None:
    """The application, locked; None where its person has deleted it meanwhile."""
    try:
        return lock(application_id)
    except Application.DoesNotExist:
        return None


def _current_stage(application: Application) -> tuple[StepName, ...] | None:
    """The first stage that is not finished, its steps created; None where all are."""
    now = timezone.now()
    for place, stage in enumerate(STAGES):
        if place == BEFORE_IDENTITY and policy.hard_failures(facts.gather(application)):
            return None
        Step.objects.bulk_create(
            [
                Step(application=application, name=name, attempt=application.attempt, next_at=now)
                for name in stage
            ],
            ignore_conflicts=True,
        )
        waiting = Step.objects.filter(
            application=application, attempt=application.attempt, name__in=stage
        ).filter(state__in=UNFINISHED)
        if waiting.exists():
            return stage
    return None


@transaction.atomic(using="identity")
def store(leased: Leased, outcome: Outcome) -> bool:
    """Keep the outcome if the lease is still ours and the application still being checked."""
    step = _still_ours(leased)
    if step is None:
        return False
    step.state = StepState.DONE
    step.outcome = outcome.code
    step.normalized = dict(outcome.normalized)
    step.done_at = timezone.now()
    step.lease = None
    step.lease_until = None
    step.save()
    return True


@transaction.atomic(using="identity")
def postpone(leased: Leased) -> None:
    """Wait for the next try, or give up once the budget is spent: a person decides then."""
    step = _still_ours(leased)
    if step is None:
        return
    now = timezone.now()
    delay = DELAYS_SECONDS[min(step.tries - 1, len(DELAYS_SECONDS) - 1)]
    step.next_at = now + dt.timedelta(seconds=delay * random.uniform(0.5, 1))  # noqa: S311  # jitter
    spent = step.give_up_at is not None and step.next_at >= step.give_up_at
    step.state = StepState.DEAD if spent else StepState.RETRY_WAIT
    step.lease = None
    step.lease_until = None
    step.save()


def _still_ours(leased: Leased) -> Step | None:
    application = _locked_open(leased.subject.application.pk)
    step = Step.objects.select_for_update().filter(pk=leased.step.pk, lease=leased.lease).first()
    if step is None or application is None:
        return None
    if application.state == State.CHECKING and application.attempt == step.attempt:
        return step
    # Withdrawn, expired or decided meanwhile: what came back is dropped, and that is recorded.
    record(
        Action.RESULT_DROPPED,
        store="identity",
        actor=WORKER,
        target=f"application:{application.pk}",
        details={"step": step.name, "state": application.state},
    )
    step.lease = None
    step.lease_until = None
    step.state = StepState.DEAD
    step.save()
    return None
