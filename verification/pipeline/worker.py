"""Process one application: deliver messages, lease a due step, run it, repeat.

It is safe to call it twice or from two workers: a step is leased by one worker, and an outcome is
stored only under that lease and only while the application is being checked.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from dataclasses import dataclass

from django.db import transaction

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock
from verification import policy
from verification.models import (
    Application,
    ApplicationState,
    SocialSecurityNumber,
    Step,
    StepName,
    StepState,
)
from verification.models.steps import CONFIG_ERROR, NO_ANSWER, UNFINISHED_STATES
from verification.personal_data import applicant_details
from verification.pipeline import decisions, facts, outbox
from verification.pipeline.checks import CHECKS, STAGES
from verification.pipeline.checks.subject import CheckOutcome, CheckSubject
from verification.pipeline.transitions import WORKER, lock_application
from verification.vendors.errors import (
    CircuitOpenError,
    TransientVendorError,
    UnknownResultError,
    VendorConfigurationError,
)

LEASE_TIME = dt.timedelta(seconds=90)
RETRY_BUDGET = dt.timedelta(hours=24)
# Seconds before each retry. Jitter shortens a delay by half at most.
DELAYS_SECONDS = (0, 30, 120, 600, 1_800, 7_200, 21_600)
# More iterations than any plan has steps; reaching it means a defect.
MAX_ITERATIONS = 60
# A request that the vendor may have counted is sent three times at most.
MAX_UNSAFE_CALLS = 3


@dataclass(frozen=True)
class LeasedStep:
    step: Step
    subject: CheckSubject
    lease: uuid.UUID


def process_application(application_id: uuid.UUID) -> None:
    """Do everything that can be done for this application now."""
    for _ in range(MAX_ITERATIONS):
        outbox.deliver_due_messages(application_id)
        leased = lease_step(application_id)
        if leased is not None:
            run_step(leased)
        elif not outbox.has_due_messages(application_id):
            return


def run_step(leased: LeasedStep) -> None:
    """Run the check outside any transaction, then store its outcome."""
    try:
        outcome = CHECKS[StepName(leased.step.name)](leased.subject)
    except CircuitOpenError as error:
        wait_for_vendor(leased, error.until)
    except VendorConfigurationError:
        mark_dead(leased, CONFIG_ERROR)
    except TransientVendorError as error:
        schedule_retry(leased, error)
    else:
        store_outcome(leased, outcome)


@transaction.atomic(using="identity")
def lease_step(application_id: uuid.UUID) -> LeasedStep | None:
    """Lease one due step of the current stage. None if there is nothing to do now.

    If every stage is done, the application is decided here.
    """
    application = _lock_existing(application_id)
    if application is None or application.state != ApplicationState.CHECKING:
        return None
    stage = _current_stage(application)
    if stage is None:
        decisions.decide_checked_application(application)
        return None
    now = clock.now()
    step = (
        Step.objects.select_for_update(skip_locked=True)
        .filter(application=application, attempt=application.attempt, name__in=stage)
        .filter(state__in=UNFINISHED_STATES, next_at__lte=now)
        .exclude(state=StepState.LEASED, lease_until__gt=now)
        .order_by("next_at", "name")
        .first()
    )
    if step is None:
        return None
    step.state = StepState.LEASED
    step.lease = uuid.uuid4()
    step.lease_until = now + LEASE_TIME
    step.tries += 1
    step.give_up_at = step.give_up_at or now + RETRY_BUDGET
    step.save(update_fields=["state", "lease", "lease_until", "tries", "give_up_at"])
    person = applicant_details.decrypt(
        application.user.decrypt_data_key(), application.details_ciphertext
    )
    return LeasedStep(step, CheckSubject(application, person, step, step.lease), step.lease)


def _lock_existing(application_id: uuid.UUID) -> Application | None:
    """The application, locked; None if it was deleted meanwhile."""
    try:
        return lock_application(application_id)
    except Application.DoesNotExist:
        return None


def _current_stage(application: Application) -> tuple[StepName, ...] | None:
    """The first unfinished stage, with its steps created; None if the rules can decide.

    A hard failure, or a source that gave no answer, ends the checks: nothing more is sent.
    """
    now = clock.now()
    steps = Step.objects.filter(application=application, attempt=application.attempt)
    states = dict(steps.values_list("name", "state"))
    for index, stage in enumerate(STAGES):
        # A stage that has begun is finished first: half of its answers would mislead.
        if index and not any(name in states for name in stage) and _is_decided_early(application):
            return None
        missing = [name for name in stage if name not in states]
        if missing:
            Step.objects.bulk_create(
                [
                    Step(
                        application=application,
                        name=name,
                        attempt=application.attempt,
                        next_at=now,
                    )
                    for name in missing
                ],
                ignore_conflicts=True,
            )
        if missing or any(states[name] in UNFINISHED_STATES for name in stage):
            return stage
    return None


def _is_decided_early(application: Application) -> bool:
    known_facts = facts.gather_facts(application)
    return bool(policy.hard_failures(known_facts) or known_facts.unanswered)


@transaction.atomic(using="identity")
def store_outcome(leased: LeasedStep, outcome: CheckOutcome) -> bool:
    """Store the outcome if the lease is still valid and the application is being checked.

    Returns False if the outcome was discarded.
    """
    step = _verify_lease(leased)
    if step is None:
        return False
    step.state = StepState.DONE
    step.outcome = outcome.code
    step.normalized = dict(outcome.normalized)
    if outcome.private_data is not None:
        key = leased.subject.application.user.decrypt_data_key()
        step.private_ciphertext = applicant_details.encrypt_json(key, outcome.private_data)
    step.done_at = clock.now()
    _release_step(step)
    return True


def _release_step(step: Step) -> None:
    """End the lease and save the step. A finished identity check deletes the social security
    number.
    """
    step.lease = None
    step.lease_until = None
    step.save()
    if step.name == StepName.IDOLOGY and step.state == StepState.DONE:
        SocialSecurityNumber.objects.filter(application_id=step.application_id).delete()


@transaction.atomic(using="identity")
def schedule_retry(leased: LeasedStep, fault: TransientVendorError) -> None:
    """Schedule the next try, or mark the step dead once its time or its requests are used up."""
    step = _verify_lease(leased)
    if step is None:
        return
    now = clock.now()
    delay = DELAYS_SECONDS[min(step.tries - 1, len(DELAYS_SECONDS) - 1)]
    wait_for = dt.timedelta(seconds=delay * random.uniform(0.5, 1))  # noqa: S311  # jitter
    step.next_at = now + max(wait_for, fault.after or wait_for)
    is_late = step.give_up_at is not None and step.next_at >= step.give_up_at
    is_exhausted = isinstance(fault, UnknownResultError) and step.tries >= MAX_UNSAFE_CALLS
    gives_up = is_late or is_exhausted
    step.state = StepState.DEAD if gives_up else StepState.RETRY_WAIT
    step.outcome = NO_ANSWER if gives_up else ""
    _release_step(step)


@transaction.atomic(using="identity")
def wait_for_vendor(leased: LeasedStep, until: dt.datetime) -> None:
    """The breaker is open: nothing was sent, so it counts as no try. The time limit still runs."""
    step = _verify_lease(leased)
    if step is None:
        return
    step.next_at = until
    step.tries -= 1
    gives_up = step.give_up_at is not None and until >= step.give_up_at
    step.state = StepState.DEAD if gives_up else StepState.RETRY_WAIT
    step.outcome = NO_ANSWER if gives_up else ""
    _release_step(step)


@transaction.atomic(using="identity")
def mark_dead(leased: LeasedStep, outcome: str) -> None:
    """A retry would change nothing: the step is dead, and a reviewer decides."""
    step = _verify_lease(leased)
    if step is None:
        return
    step.state = StepState.DEAD
    step.outcome = outcome
    _release_step(step)


def _verify_lease(leased: LeasedStep) -> Step | None:
    application = _lock_existing(leased.subject.application.pk)
    step = Step.objects.select_for_update().filter(pk=leased.step.pk, lease=leased.lease).first()
    if step is None or application is None:
        return None
    if application.state == ApplicationState.CHECKING and application.attempt == step.attempt:
        return step
    # Withdrawn, expired or decided meanwhile: the outcome is discarded, and that is recorded.
    record_audit_event(
        AuditAction.RESULT_DISCARDED,
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
