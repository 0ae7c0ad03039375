"""What transitions owe the world: done and deleted in one transaction, so once and not twice."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import QuerySet

from sermo.core import clock
from verification.models import Application, Outbox, State, Topic, Waiting
from verification.pipeline import contact_codes, decisions
from verification.pipeline.emails import MAILS, send
from verification.pipeline.monitoring import begin_watching
from verification.pipeline.proofing_notices import send_notice
from verification.pipeline.transitions import WORKER, lock, move


def _due(application_id: uuid.UUID) -> QuerySet[Outbox]:
    return Outbox.objects.filter(application_id=application_id, next_at__lte=clock.now())


def is_owing(application_id: uuid.UUID) -> bool:
    """Whether something is owed now, such as the mail of a decision just made."""
    return _due(application_id).exists()


def relay(application_id: uuid.UUID) -> None:
    """Do everything this application owes now."""
    for outbox_id in _due(application_id).values_list("pk", flat=True):
        relay_one(outbox_id)


@transaction.atomic(using="identity")
def relay_one(outbox_id: uuid.UUID) -> bool:
    """Do one thing owed; False where somebody else does it or has done it."""
    row = Outbox.objects.filter(pk=outbox_id).first()
    if row is None:
        return False
    # The application first, then its rows: one order everywhere, so nothing waits in a circle.
    application = lock(row.application_id)
    owed = Outbox.objects.select_for_update(skip_locked=True).filter(pk=outbox_id).first()
    if owed is None:
        return False
    _do(application, Topic(owed.topic))
    owed.delete()
    return True


def _do(application: Application, topic: Topic) -> None:
    if topic is Topic.ADVANCE:
        begin(application)
        return
    if topic is Topic.MAIL_CODE:
        waits = application.waiting_for == Waiting.CODE
        if waits and not contact_codes.send_code(application):
            # The contact went from the register, or the consent: a person decides.
            decisions.binding_failed(application)
            return
        if not waits:
            return
    if topic in AFTERWARDS:
        AFTERWARDS[topic](application)
        return
    send(application.user, MAILS[topic])


AFTERWARDS = {Topic.NOTICE: send_notice, Topic.MONITOR: begin_watching}


def begin(application: Application) -> None:
    """Take the number and start the checks; contested numbers are checked too, then reviewed."""
    if application.state != State.SUBMITTED:
        return
    decisions.claim(application)
    move(application, State.CHECKING, actor=WORKER)
