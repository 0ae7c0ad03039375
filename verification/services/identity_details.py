"""Details for the identity check: address, social security number, corrections, questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from sermo.core import clock
from sermo.core.quotas import APPLICATION_CHANGES, IDENTITY_ANSWERS, spend
from verification.errors import ApplicationLocked, InvalidSsn, NoAnswerExpected
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    Consent,
    OutboxTopic,
    Step,
    StepName,
    StepState,
)
from verification.personal_data import applicant_details
from verification.personal_data.consent_kinds import IDENTITY
from verification.personal_data.ssn import normalise_ssn, store_ssn
from verification.pipeline.transitions import (
    STATE_LIFETIME,
    StateChange,
    lock_application,
    resume_checks,
    transition,
)
from verification.policy import QuestionStatus


@dataclass(frozen=True)
class IdentityDetails:
    """What is typed beside name and number; empty if it was not asked."""

    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    phone: str = ""
    licence_state: str = ""
    licence_number: str = ""
    me_number: str = ""

    def onto(
        self, person: applicant_details.ApplicantDetails
    ) -> applicant_details.ApplicantDetails:
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


def _store_ssn(application: Application, raw: str) -> None:
    number = normalise_ssn(raw)
    if not number:
        raise InvalidSsn
    store_ssn(application, number)


@transaction.atomic(using="identity")
def save_identity_details(
    *, application: Application, details: IdentityDetails, ssn: str, consents: bool = False
) -> Application:
    """Save address and social security number of a draft. An empty number keeps the earlier one.

    Raises `ApplicationLocked` if it is no longer a draft, `InvalidSsn` for an impossible number,
    and `QuotaReached`.
    """
    locked = lock_application(application.pk)
    if locked.state != ApplicationState.DRAFT:
        raise ApplicationLocked
    spend(APPLICATION_CHANGES, str(locked.user_id))
    key = locked.user.decrypt_data_key()
    locked.details_ciphertext = applicant_details.encrypt(
        key, details.onto(applicant_details.decrypt(key, locked.details_ciphertext))
    )
    locked.expires_at = clock.now() + STATE_LIFETIME[ApplicationState.DRAFT]
    locked.save(update_fields=["details_ciphertext", "expires_at"])
    if ssn:
        _store_ssn(locked, ssn)
    if consents:
        Consent.objects.get_or_create(
            application=locked,
            kind=IDENTITY.code,
            defaults={"text_version": IDENTITY.version, "given_at": clock.now()},
        )
    return locked


@transaction.atomic(using="identity")
def correct_details(
    *,
    application: Application,
    details: IdentityDetails,
    given_name: str,
    family_name: str,
    birth_date: dt.date,
    ssn: str,
) -> None:
    """Save corrected details and start a new round of checks.

    The licence number cannot change: another number needs another application. Raises
    `NoAnswerExpected` if no correction is awaited, `InvalidSsn` for an impossible number,
    `ApplicationChanged` if the state machine does not allow the change, and `QuotaReached`.
    """
    locked = lock_application(application.pk)
    if locked.waiting_for != AwaitedInput.CORRECTION:
        raise NoAnswerExpected
    spend(APPLICATION_CHANGES, str(locked.user_id))
    key = locked.user.decrypt_data_key()
    person = replace(
        details.onto(applicant_details.decrypt(key, locked.details_ciphertext)),
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date.isoformat(),
    )
    locked.details_ciphertext = applicant_details.encrypt(key, person)
    locked.resubmissions += 1
    locked.attempt += 1
    if ssn:
        _store_ssn(locked, ssn)
    transition(
        locked,
        StateChange(
            ApplicationState.CHECKING,
            actor=f"user:{locked.user_id}",
            outbox_topic=OutboxTopic.ADVANCE,
            changed_fields=("details_ciphertext", "resubmissions", "attempt"),
        ),
    )


def open_identity_questions(application: Application) -> list[dict[str, object]]:
    """Unanswered identity questions, as [{type, prompt, answers}]."""
    if application.waiting_for not in {AwaitedInput.QUESTIONS, AwaitedInput.CODE}:
        return []
    step = _step_with_questions(application)
    if step is None or step.private_ciphertext is None:
        return []
    private_data = applicant_details.decrypt_json(
        application.user.decrypt_data_key(), step.private_ciphertext
    )
    questions: list[dict[str, object]] = private_data.get("questions", [])
    return questions


def _step_with_questions(application: Application) -> Step | None:
    """The step whose questions are open: the search, or the challenge after two wrong answers."""
    steps = application.steps.filter(attempt=application.attempt, state=StepState.DONE)
    questions = steps.filter(name=StepName.KBA).first()
    if questions is not None and questions.outcome == "challenge":
        return questions
    if questions is not None and questions.outcome in {
        QuestionStatus.PASSED,
        QuestionStatus.FAILED,
    }:
        return None
    return steps.filter(name=StepName.IDOLOGY).first()


@transaction.atomic(using="identity")
def answer_identity_questions(*, application: Application, answers: Mapping[str, str]) -> None:
    """Store the answers for the worker, which sends them to the vendor once.

    Raises `NoAnswerExpected` if no question is open or the answers fit other questions,
    `ApplicationChanged` if the state machine does not allow the change, and `QuotaReached`.
    """
    locked = lock_application(application.pk)
    questions = open_identity_questions(locked)
    if not questions:
        raise NoAnswerExpected
    kinds = [str(question["type"]) for question in questions]
    if set(answers) != set(kinds):
        raise NoAnswerExpected
    spend(IDENTITY_ANSWERS, str(locked.user_id))
    step = _step_with_questions(locked)
    key = locked.user.decrypt_data_key()
    search_data = (
        applicant_details.decrypt_json(key, step.private_ciphertext)
        if step is not None and step.private_ciphertext
        else {}
    )
    private_data = {
        "id_number": search_data.get("id_number", ""),
        "is_challenge": step is not None and step.name == StepName.KBA,
        "answers": [[kind, answers[kind]] for kind in kinds],
    }
    locked.steps.filter(attempt=locked.attempt, name=StepName.KBA).update(
        private_ciphertext=applicant_details.encrypt_json(key, private_data)
    )
    resume_checks(locked, StepName.KBA)
