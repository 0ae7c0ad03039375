"""Carry out what state changes demand. Work and deletion share a transaction, so it happens
once.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import QuerySet

from sermo.core import clock
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    OutboxMessage,
    OutboxTopic,
)
from verification.pipeline import contact_codes, decisions
from verification.pipeline.emails import EMAIL_TEXTS, send_to_applicant
from verification.pipeline.monitoring import start_monitoring
from verification.pipeline.proofing_notices import send_proofing_notice
from verification.pipeline.transitions import WORKER, StateChange, lock_application, transition


def _due(application_id: uuid.UUID) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(application_id=application_id, next_at__lte=clock.now())


def has_due_messages(application_id: uuid.UUID) -> bool:
    """Whether messages are due now, such as the email about a decision just made."""
    return _due(application_id).exists()


def deliver_due_messages(application_id: uuid.UUID) -> None:
    """Carry out every due message of this application."""
    for outbox_id in _due(application_id).values_list("pk", flat=True):
        deliver_message(outbox_id)


@transaction.atomic(using="identity")
def deliver_message(outbox_id: uuid.UUID) -> bool:
    """Carry out one message. Returns False if another worker does or did it."""
    row = OutboxMessage.objects.filter(pk=outbox_id).first()
    if row is None:
        return False
    # Locks are taken in one order everywhere, application before its rows, to avoid deadlocks.
    application = lock_application(row.application_id)
    owed = OutboxMessage.objects.select_for_update(skip_locked=True).filter(pk=outbox_id).first()
    if owed is None:
        return False
    _do(application, OutboxTopic(owed.topic))
    owed.delete()
    return True


def _do(application: Application, topic: OutboxTopic) -> None:
    if topic is OutboxTopic.ADVANCE:
        start_checks(application)
        return
    if topic is OutboxTopic.MAIL_CODE:
        waits = application.waiting_for == AwaitedInput.CODE
        if waits and not contact_codes.send_code(application):
            # The register lost the contact, or consent was withdrawn: a reviewer decides.
            decisions.review_failed_binding(application)
            return
        if not waits:
            return
    if topic in TOPIC_HANDLERS:
        TOPIC_HANDLERS[topic](application)
        return
    send_to_applicant(application.user, EMAIL_TEXTS[topic])


TOPIC_HANDLERS = {OutboxTopic.NOTICE: send_proofing_notice, OutboxTopic.MONITOR: start_monitoring}


def start_checks(application: Application) -> None:
    """Claim the number and start the checks. A contested number is checked too, then reviewed."""
    if application.state != ApplicationState.SUBMITTED:
        return
    decisions.claim_number(application)
    transition(application, StateChange(ApplicationState.CHECKING, actor=WORKER))
