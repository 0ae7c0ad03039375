"""The state machine: which move is possible, and the one function that makes it.

Every transition is one transaction: lock the row, compare the version, write the state, the audit
record and what is owed to the world (outbox).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

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

# How long each open state may last before the sweep looks at it again.
STATE_LIFETIME: dict[ApplicationState, dt.timedelta] = {
    ApplicationState.DRAFT: dt.timedelta(days=7),
    ApplicationState.SUBMITTED: dt.timedelta(days=1),
    ApplicationState.CHECKING: dt.timedelta(days=1),
    ApplicationState.AWAITING_APPLICANT: dt.timedelta(days=14),
    ApplicationState.IN_REVIEW: dt.timedelta(days=3),
}
WORKER = "worker"


def lock_application(application_id: uuid.UUID) -> Application:
    """The application, locked until the transaction ends. Raises `Application.DoesNotExist`."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("user")
        .get(pk=application_id)
    )


def add_to_outbox(
    application: Application, topic: OutboxTopic, *, at: dt.datetime | None = None
) -> None:
    """Write what must still be done, and wake a worker once this transaction commits."""
    OutboxMessage.objects.create(application=application, topic=topic, next_at=at or clock.now())
    enqueue("verification.process_application", str(application.pk), using="identity")


def transition(
    application: Application,
    to: ApplicationState,
    *,
    actor: str,
    reasons: Iterable[str] = (),
    waiting_for: AwaitedInput = AwaitedInput.NOTHING,
    owes: OutboxTopic | None = None,
    changed: Iterable[str] = (),
    details: dict[str, Any] | None = None,
) -> None:
    """Move a locked application. Raises `Moved` where that is not possible from where it is.

    `changed` names further fields the caller has set and wants written in the same statement.
    """
    before = ApplicationState(application.state)
    if to not in TRANSITIONS[before]:
        raise ApplicationChanged
    seen = application.version
    with transaction.atomic(using="identity"):
        _set(application, to, waiting_for=waiting_for, reasons=tuple(str(r) for r in reasons))
        fields = {*_MOVED_FIELDS, *changed}
        values = {name: getattr(application, name) for name in fields}
        updated = Application.objects.filter(pk=application.pk, version=seen).update(**values)
        if updated != 1:
            raise ApplicationChanged
        record_audit_event(
            AuditAction.APPLICATION_STATE_CHANGED,
            store="identity",
            actor=actor,
            target=f"application:{application.pk}",
            reason=",".join(application.reasons)[:60] if to in CLOSED_STATES else "",
            details={"from": before, "to": to, "version": application.version, **(details or {})},
        )
        if to in CLOSED_STATES:
            SocialSecurityNumber.objects.filter(application=application).delete()
        if owes is not None:
            add_to_outbox(application, owes)


_MOVED_FIELDS = (
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


def _set(
    application: Application,
    to: ApplicationState,
    *,
    waiting_for: AwaitedInput,
    reasons: tuple[str, ...],
) -> None:
    now = clock.now()
    application.state = to
    application.version += 1
    application.waiting_for = waiting_for
    application.claimed_by = None
    application.claimed_until = None
    application.review_since = now if to is ApplicationState.IN_REVIEW else None
    application.closed_at = now if to in CLOSED_STATES else None
    application.expires_at = None if to in CLOSED_STATES else now + STATE_LIFETIME[to]
    if reasons or to in CLOSED_STATES:
        application.reasons = list(reasons)


def resume_checks(
    application: Application, *names: StepName, changed: tuple[str, ...] = ()
) -> None:
    """Back to the worker, which looks again at these and at our own tables, and at nothing else:
    a vendor asked twice would count it."""
    steps = application.steps.filter(attempt=application.attempt)
    steps.filter(name__in=[StepName.OWN_DB, StepName.BINDING, *names]).update(
        state=StepState.PENDING, outcome="", tries=0, give_up_at=None, next_at=clock.now()
    )
    transition(
        application,
        ApplicationState.CHECKING,
        actor=f"user:{application.user_id}",
        owes=OutboxTopic.ADVANCE,
        changed=changed,
    )
