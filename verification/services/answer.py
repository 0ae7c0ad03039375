"""What an applicant answers while we wait for them: a code, or a reviewer's question."""

from __future__ import annotations

import uuid
from dataclasses import replace
from enum import StrEnum

from django.db import transaction

from verification import clock, personal
from verification.errors import NotAnswerable, TooManyCodes, TooSoon
from verification.models import (
    Application,
    ContactCode,
    EvidenceRequest,
    State,
    StepName,
    StepState,
    Topic,
    Waiting,
)
from verification.pipeline import codes, decide
from verification.services.document import add_document
from verification.transitions import lock, move, owe


class Entered(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"


@transaction.atomic(using="identity")
def enter_code(*, application: Application, code: str) -> Entered:
    """Check the code. Right: the checks go on. Too often wrong: a person decides.

    Wrong tries are counted, so this answers instead of raising: a raise would undo the count.
    """
    locked = lock(application.pk)
    if locked.waiting_for != Waiting.CODE:
        raise NotAnswerable
    sent = (
        ContactCode.objects.select_for_update()
        .filter(application=locked, used_at__isnull=True, expires_at__gt=clock.now())
        .first()
    )
    if sent is None or sent.attempts >= codes.MOST_ATTEMPTS:
        return Entered.WRONG
    sent.attempts += 1
    if codes.matches(locked, sent, code):
        sent.used_at = clock.now()
        sent.save(update_fields=["attempts", "used_at"])
        _bound(locked)
        return Entered.RIGHT
    sent.save(update_fields=["attempts"])
    spent = sent.attempts >= codes.MOST_ATTEMPTS and locked.codes.count() >= codes.MOST_CODES
    if spent:
        decide.binding_failed(locked)
        return Entered.SPENT
    return Entered.WRONG


def _bound(application: Application) -> None:
    """The holder of the register's mailbox sits at the keyboard: check everything once more."""
    key = application.user.decrypt_data_key()
    person = replace(personal.open_(key, application.box), bound_by_code=True)
    application.box = personal.close(key, person)
    go_on(application, StepName.BINDING, changed=("box",))


def go_on(application: Application, *names: StepName, changed: tuple[str, ...] = ()) -> None:
    """Back to the worker, which looks again at these and at our own tables, and at nothing else:
    a vendor asked twice would count it."""
    steps = application.steps.filter(attempt=application.attempt)
    steps.filter(name__in=[StepName.OWN_DB, StepName.BINDING, *names]).update(
        state=StepState.PENDING, outcome="", tries=0, give_up_at=None, next_at=clock.now()
    )
    move(
        application,
        State.CHECKING,
        actor=f"user:{application.user_id}",
        owes=Topic.ADVANCE,
        changed=changed,
    )


@transaction.atomic(using="identity")
def send_another_code(*, application: Application) -> None:
    """A new code to the same contact; the earlier one keeps its tries and its time."""
    locked = lock(application.pk)
    if locked.waiting_for != Waiting.CODE:
        raise NotAnswerable
    if locked.outbox.filter(topic=Topic.MAIL_CODE).exists():
        return
    sent = locked.codes.all()
    if len(sent) >= codes.MOST_CODES:
        raise TooManyCodes
    if sent and sent[0].sent_at > clock.now() - codes.AGAIN_AFTER:
        raise TooSoon
    owe(locked, Topic.MAIL_CODE)


def answer_question(
    *, application: Application, text: str, content: bytes | None, key: uuid.UUID
) -> None:
    """Answer the reviewer in words, with a file, or both; then a person looks again."""
    if content is not None:
        add_document(application=application, content=content, key=key)
    with transaction.atomic(using="identity"):
        _answer(application, text)


def _answer(application: Application, text: str) -> None:
    locked = lock(application.pk)
    if locked.waiting_for != Waiting.EVIDENCE:
        return  # sent twice: it is answered
    request = EvidenceRequest.objects.filter(application=locked, answered_at__isnull=True).first()
    if request is not None:
        request.answer_box = personal.close_text(locked.user.decrypt_data_key(), text)
        request.answered_at = clock.now()
        request.save(update_fields=["answer_box", "answered_at"])
    move(locked, State.IN_REVIEW, actor=f"user:{locked.user_id}")
