"""The state machine of an application, and the one function that changes a state.

Each change is one transaction: lock the row, compare the version, write the state, the audit event
and the outbox message.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import clock
from sermo.core.jobs import enqueue
from verification.errors import ApplicationChanged
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    OutboxMessage,
    OutboxTopic,
    SocialSecurityNumber,
    StepName,
    StepState,
)
from verification.models.application import CLOSED_STATES

TRANSITIONS: dict[ApplicationState, frozenset[ApplicationState]] = {
    ApplicationState.DRAFT: frozenset(
        {ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN, ApplicationState.EXPIRED}
    ),
    ApplicationState.SUBMITTED: frozenset({ApplicationState.CHECKING, ApplicationState.WITHDRAWN}),
    ApplicationState.CHECKING: frozenset(
        {
            ApplicationState.AWAITING_APPLICANT,
            ApplicationState.IN_REVIEW,
            ApplicationState.APPROVED,
            ApplicationState.REJECTED,
            ApplicationState.WITHDRAWN,
        }
    ),
    ApplicationState.AWAITING_APPLICANT: frozenset(
        {
            ApplicationState.CHECKING,
            ApplicationState.IN_REVIEW,
            ApplicationState.WITHDRAWN,
            ApplicationState.EXPIRED,
        }
    ),
    ApplicationState.IN_REVIEW: frozenset(
        {
            ApplicationState.APPROVED,
            ApplicationState.REJECTED,
            ApplicationState.AWAITING_APPLICANT,
            ApplicationState.CHECKING,
            ApplicationState.WITHDRAWN,
        }
    ),
    ApplicationState.APPROVED: frozenset(),
    ApplicationState.REJECTED: frozenset(),
    ApplicationState.WITHDRAWN: frozenset(),
    ApplicationState.EXPIRED: frozenset(),
}

# How long an application stays in each open state before the sweep handles it.
STATE_LIFETIME: dict[ApplicationState, dt.timedelta] = {
    ApplicationState.DRAFT: dt.timedelta(days=7),
    ApplicationState.SUBMITTED: dt.timedelta(days=1),
    ApplicationState.CHECKING: dt.timedelta(days=1),
    ApplicationState.AWAITING_APPLICANT: dt.timedelta(days=14),
    ApplicationState.IN_REVIEW: dt.timedelta(days=3),
}
WORKER = "worker"


def lock_application(application_id: uuid.UUID) -> Application:
    """The application, locked until the transaction ends.

    Raises `Application.DoesNotExist` if it was deleted.
    """
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("user")
        .get(pk=application_id)
    )


def add_to_outbox(
    application: Application, topic: OutboxTopic, *, at: dt.datetime | None = None
) -> None:
    """Write a message to the outbox, and wake a worker once this transaction commits."""
    OutboxMessage.objects.create(application=application, topic=topic, next_at=at or clock.now())
    enqueue("verification.process_application", str(application.pk), using="identity")


@dataclass(frozen=True)
class StateChange:
    """A change of state, who makes it, and what must be written with it."""

    to: ApplicationState
    # "worker", or "user:" and the user's key.
    actor: str
    reasons: Iterable[str] = ()
    waiting_for: AwaitedInput = AwaitedInput.NOTHING
    outbox_topic: OutboxTopic | None = None
    # Further fields that the caller has set; they are written in the same statement.
    changed_fields: Iterable[str] = ()


def transition(application: Application, change: StateChange) -> None:
    """Change the state of a locked application.

    Raises `ApplicationChanged` if the state machine does not allow it, or if another process has
    changed the application since it was read.
    """
    before = ApplicationState(application.state)
    if change.to not in TRANSITIONS[before]:
        raise ApplicationChanged
    with transaction.atomic(using="identity"):
        _write_state(application, change)
        _record_change(application, before, change)
        if change.to in CLOSED_STATES:
            SocialSecurityNumber.objects.filter(application=application).delete()
        if change.outbox_topic is not None:
            add_to_outbox(application, change.outbox_topic)


_STATE_FIELDS = (
    "state",
    "version",
    "waiting_for",
    "reasons",
    "claimed_by",
    "claimed_until",
    "review_since",
    "closed_at",
    "expires_at",
)


def _write_state(application: Application, change: StateChange) -> None:
    seen_version = application.version
    _set_state_fields(application, change)
    fields = {*_STATE_FIELDS, *change.changed_fields}
    values = {name: getattr(application, name) for name in fields}
    updated = Application.objects.filter(pk=application.pk, version=seen_version).update(**values)
    if updated != 1:
        raise ApplicationChanged


def _set_state_fields(application: Application, change: StateChange) -> None:
    now = clock.now()
    is_closed = change.to in CLOSED_STATES
    reasons = [str(reason) for reason in change.reasons]
    application.state = change.to
    application.version += 1
    application.waiting_for = change.waiting_for
    application.claimed_by = None
    application.claimed_until = None
    application.review_since = now if change.to is ApplicationState.IN_REVIEW else None
    application.closed_at = now if is_closed else None
    application.expires_at = None if is_closed else now + STATE_LIFETIME[change.to]
    if reasons or is_closed:
        application.reasons = reasons


def _record_change(application: Application, before: ApplicationState, change: StateChange) -> None:
    record_audit_event(
        AuditAction.APPLICATION_STATE_CHANGED,
        store="identity",
        actor=change.actor,
        target=f"application:{application.pk}",
        reason=",".join(application.reasons)[:60] if change.to in CLOSED_STATES else "",
        details={"from": before, "to": change.to, "version": application.version},
    )


def resume_checks(
    application: Application, *names: StepName, changed: tuple[str, ...] = ()
) -> None:
    """Run the named steps, the own-database step and the binding step again, and no other.

    A vendor that is asked twice would count it as velocity.
    """
    steps = application.steps.filter(attempt=application.attempt)
    steps.filter(name__in=[StepName.OWN_DB, StepName.BINDING, *names]).update(
        state=StepState.PENDING, outcome="", tries=0, give_up_at=None, next_at=clock.now()
    )
    transition(
        application,
        StateChange(
            ApplicationState.CHECKING,
            actor=f"user:{application.user_id}",
            outbox_topic=OutboxTopic.ADVANCE,
            changed_fields=changed,
        ),
    )
