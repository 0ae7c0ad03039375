"""What the identity check needs: address, social security number, corrections, questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from verification import clock, personal, secret_numbers
from verification.consents import IDENTITY
from verification.errors import BadSecretNumber, CannotChange, NotAnswerable
from verification.models import (
    Application,
    Consent,
    State,
    Step,
    StepName,
    StepState,
    Topic,
    Waiting,
)
from verification.policy import Questions
from verification.services.answer import go_on
from verification.transitions import LASTS, lock, move


@dataclass(frozen=True)
class Details:
    """What is typed beside name and number; empty where it is not asked."""

    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    phone: str = ""
    licence_state: str = ""
    licence_number: str = ""
    me_number: str = ""

    def onto(self, person: personal.Person) -> personal.Person:
        return replace(
            person,
            street=self.street,
            city=self.city,
            state=self.state,
            zip_code=self.zip_code,
            phone=self.phone,
            licence_state=self.licence_state,
            licence_number=self.licence_number,
            me_number=self.me_number,
        )


def _keep_number(application: Application, raw: str) -> None:
    number = secret_numbers.digits(raw)
    if not number:
        raise BadSecretNumber
    secret_numbers.keep(application, number)


@transaction.atomic(using="identity")
def save_identity(
    *, application: Application, details: Details, ssn: str, consents: bool = False
) -> Application:
    """Address and number of a draft. An empty number keeps the one typed before."""
    locked = lock(application.pk)
    if locked.state != State.DRAFT:
        raise CannotChange
    key = locked.user.decrypt_data_key()
    locked.box = personal.close(key, details.onto(personal.open_(key, locked.box)))
    locked.expires_at = clock.now() + LASTS[State.DRAFT]
    locked.save(update_fields=["box", "expires_at"])
    if ssn:
        _keep_number(locked, ssn)
    if consents:
        Consent.objects.get_or_create(
            application=locked,
            kind=IDENTITY.code,
            defaults={"text_version": IDENTITY.version, "given_at": clock.now()},
        )
    return locked


@transaction.atomic(using="identity")
def correct(
    *,
    application: Application,
    details: Details,
    given_name: str,
    family_name: str,
    birth_date: dt.date,
    ssn: str,
) -> None:
    """Details looked over and sent again: a new round of checks. Sent twice, it is sent once.

    The licence number stays: another number is another application.
    """
    locked = lock(application.pk)
    if locked.waiting_for != Waiting.CORRECTION:
        raise NotAnswerable
    key = locked.user.decrypt_data_key()
    person = replace(
        details.onto(personal.open_(key, locked.box)),
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date.isoformat(),
    )
    locked.box = personal.close(key, person)
    locked.resubmissions += 1
    locked.attempt += 1
    if ssn:
        _keep_number(locked, ssn)
    move(
        locked,
        State.CHECKING,
        actor=f"user:{locked.user_id}",
        owes=Topic.ADVANCE,
        changed=("box", "resubmissions", "attempt"),
    )


def open_questions(application: Application) -> list[dict[str, object]]:
    """The identity questions that wait for an answer, as [{type, prompt, answers}]."""
    if application.waiting_for not in {Waiting.QUESTIONS, Waiting.CODE}:
        return []
    step = _asking_step(application)
    if step is None or step.box is None:
        return []
    box = personal.open_json(application.user.decrypt_data_key(), step.box)
    questions: list[dict[str, object]] = box.get("questions", [])
    return questions


def _asking_step(application: Application) -> Step | None:
    """The step whose questions are open: the search, or the challenge after two wrong answers."""
    steps = application.steps.filter(attempt=application.attempt, state=StepState.DONE)
    asked = steps.filter(name=StepName.KBA).first()
    if asked is not None and asked.outcome == "challenge":
        return asked
    if asked is not None and asked.outcome in {Questions.PASSED, Questions.FAILED}:
        return None
    return steps.filter(name=StepName.IDOLOGY).first()


@transaction.atomic(using="identity")
def answer_identity_questions(*, application: Application, answers: Mapping[str, str]) -> None:
    """Send the answers to the worker, which gives them to the vendor once."""
    locked = lock(application.pk)
    asked = open_questions(locked)
    if not asked:
        raise NotAnswerable
    kinds = [str(question["type"]) for question in asked]
    if set(answers) != set(kinds):
        raise NotAnswerable
    step = _asking_step(locked)
    key = locked.user.decrypt_data_key()
    before = personal.open_json(key, step.box) if step is not None and step.box else {}
    box = {
        "id_number": before.get("id_number", ""),
        "is_challenge": step is not None and step.name == StepName.KBA,
        "answers": [[kind, answers[kind]] for kind in kinds],
    }
    locked.steps.filter(attempt=locked.attempt, name=StepName.KBA).update(
        box=personal.close_json(key, box)
    )
    go_on(locked, StepName.KBA)
