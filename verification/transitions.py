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
from sermo.core.jobs import enqueue
from verification import clock
from verification.errors import Moved
from verification.models import Application, Outbox, SecretNumber, State, Topic, Waiting
from verification.models.application import CLOSED

MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED, State.WITHDRAWN, State.EXPIRED}),
    State.SUBMITTED: frozenset({State.CHECKING, State.WITHDRAWN}),
    State.CHECKING: frozenset(
        {
            State.AWAITING_APPLICANT,
            State.IN_REVIEW,
            State.APPROVED,
            State.REJECTED,
            State.WITHDRAWN,
        }
    ),
    State.AWAITING_APPLICANT: frozenset(
        {State.CHECKING, State.IN_REVIEW, State.WITHDRAWN, State.EXPIRED}
    ),
    State.IN_REVIEW: frozenset(
        {
            State.APPROVED,
            State.REJECTED,
            State.AWAITING_APPLICANT,
            State.CHECKING,
            State.WITHDRAWN,
        }
    ),
    State.APPROVED: frozenset(),
    State.REJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
    State.EXPIRED: frozenset(),
}

# How long each open state may last before the sweep looks at it again.
LASTS: dict[State, dt.timedelta] = {
    State.DRAFT: dt.timedelta(days=7),
    State.SUBMITTED: dt.timedelta(days=1),
    State.CHECKING: dt.timedelta(days=1),
    State.AWAITING_APPLICANT: dt.timedelta(days=14),
    State.IN_REVIEW: dt.timedelta(days=3),
}
WORKER = "worker"


def lock(application_id: uuid.UUID) -> Application:
    """The application, locked until the transaction ends. Raises `Application.DoesNotExist`."""
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("user")
        .get(pk=application_id)
    )


def owe(application: Application, topic: Topic, *, at: dt.datetime | None = None) -> None:
    """Write what must still be done, and wake a worker once this transaction commits."""
    Outbox.objects.create(application=application, topic=topic, next_at=at or clock.now())
    enqueue("verification.run_step", str(application.pk), using="identity")


def move(
    application: Application,
    to: State,
    *,
    actor: str,
    reasons: Iterable[str] = (),
    waiting_for: Waiting = Waiting.NOTHING,
    owes: Topic | None = None,
    changed: Iterable[str] = (),
    details: dict[str, Any] | None = None,
) -> None:
    """Move a locked application. Raises `Moved` where that is not possible from where it is.

    `changed` names further fields the caller has set and wants written in the same statement.
    """
    before = State(application.state)
    if to not in MOVES[before]:
        raise Moved
    seen = application.version
    with transaction.atomic(using="identity"):
        _set(application, to, waiting_for=waiting_for, reasons=tuple(str(r) for r in reasons))
        fields = {*_MOVED_FIELDS, *changed}
        values = {name: getattr(application, name) for name in fields}
        updated = Application.objects.filter(pk=application.pk, version=seen).update(**values)
        if updated != 1:
            raise Moved
        record_audit_event(
            AuditAction.APPLICATION_STATE_CHANGED,
            store="identity",
            actor=actor,
            target=f"application:{application.pk}",
            reason=",".join(application.reasons)[:60] if to in CLOSED else "",
            details={"from": before, "to": to, "version": application.version, **(details or {})},
        )
        if to in CLOSED:
            SecretNumber.objects.filter(application=application).delete()
        if owes is not None:
            owe(application, owes)


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
    application: Application, to: State, *, waiting_for: Waiting, reasons: tuple[str, ...]
) -> None:
    now = clock.now()
    application.state = to
    application.version += 1
    application.waiting_for = waiting_for
    application.claimed_by = None
    application.claimed_until = None
    application.review_since = now if to is State.IN_REVIEW else None
    application.closed_at = now if to in CLOSED else None
    application.expires_at = None if to in CLOSED else now + LASTS[to]
    if reasons or to in CLOSED:
        application.reasons = list(reasons)
