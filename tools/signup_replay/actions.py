"""What an applicant does in a scenario, by the names that a scenario file gives it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.core import mail

from sermo.core import clock
from tools.signup_replay import applicants
from tools.signup_replay.scenario import ScenarioAction, first_text
from tools.signup_replay.scenario_run import ScenarioRun, UnplayableScenario
from verification import services, tasks
from verification.models import AwaitedInput
from verification.pipeline import contact_codes
from verification.services.contact_code import CodeResult
from verification.vendors.sms import us_number_digits

_CODE = re.compile(rf"(?<!\d)\d{{{contact_codes.CODE_DIGITS}}}(?!\d)")


def perform_action(running: ScenarioRun, act: ScenarioAction) -> None:
    function = ACTIONS.get(act.do)
    if function is None:
        raise UnplayableScenario(f"the action {act.do!r} is not known")
    function(running, act)


def let_expire(running: ScenarioRun, act: ScenarioAction) -> None:
    application = running.application
    if application.expires_at is None:
        return
    clock.advance(application.expires_at - clock.now() + dt.timedelta(seconds=1))
    tasks.process_application(str(application.pk))
    application.refresh_from_db()
    if application.expires_at and application.expires_at > clock.now():
        # The code was sent only now, so its lifetime starts now.
        clock.advance(application.expires_at - clock.now() + dt.timedelta(seconds=1))
    tasks.sweep()


def _withdraw(running: ScenarioRun, act: ScenarioAction) -> None:
    services.withdraw_application(application=running.application)


def _resubmit(running: ScenarioRun, act: ScenarioAction) -> None:
    changes: dict[str, Any] = {}
    for name in ("changes", "with", "applicant", "fields", "data"):
        nested = act.data.get(name)
        changes.update(nested if isinstance(nested, dict) else {})
    changes.update({key: value for key, value in act.data.items() if not isinstance(value, dict)})
    correct_details(running, {**running.scenario.applicant, **changes})


def correct_details(running: ScenarioRun, values: dict[str, Any]) -> None:
    services.correct_details(
        application=running.application,
        details=applicants.details_of(values),
        given_name=first_text(values, "first_name", "given_name"),
        family_name=first_text(values, "last_name", "family_name"),
        birth_date=applicants.day(first_text(values, "dob", "birth_date")),
        ssn=first_text(values, "ssn"),
    )
    running.resubmitted += 1


def _advance(running: ScenarioRun, act: ScenarioAction) -> None:
    hours = sum(
        float(act.data.get(name, 0)) * each
        for name, each in (("seconds", 1 / 3600), ("minutes", 1 / 60), ("hours", 1), ("days", 24))
    )
    clock.advance(dt.timedelta(hours=hours))
    tasks.sweep()


def _wrong_code(running: ScenarioRun, act: ScenarioAction) -> None:
    tasks.process_application(str(running.application.pk))
    for _ in range(int(act.data.get("times", 1))):
        services.enter_code(application=running.application, code="0" * contact_codes.CODE_DIGITS)


def _sweep(running: ScenarioRun, act: ScenarioAction) -> None:
    tasks.sweep()


def _change_email(running: ScenarioRun, act: ScenarioAction) -> None:
    user = running.application.user
    user.email = first_text(act.data, "email", "to", "value") or "changed@mail.example"
    user.save(update_fields=["email"])


ACTIONS: dict[str, Callable[[ScenarioRun, ScenarioAction], None]] = {
    "let_code_expire": let_expire,
    "let_expire": let_expire,
    "expire": let_expire,
    "nothing": let_expire,
    "withdraw": _withdraw,
    "resubmit": _resubmit,
    "correct": _resubmit,
    "advance_clock": _advance,
    "wait": _advance,
    "wrong_code": _wrong_code,
    "enter_wrong_code": _wrong_code,
    "enter_code": lambda running, act: enter_code(running),
    "answer_kba": lambda running, act: answer_identity_questions(running),
    "kba": lambda running, act: answer_identity_questions(running),
    "sweep": _sweep,
    "change_email": _change_email,
}


def _answer(running: ScenarioRun) -> bool:
    """Give the input that this applicant can give. Returns False if they give none."""
    application = running.application
    tasks.process_application(str(application.pk))
    application.refresh_from_db()
    if application.waiting_for == AwaitedInput.CORRECTION:
        return _answer_correction(running)
    manages = running.scenario.binding
    if manages == "kba" and services.open_identity_questions(application):
        answer_identity_questions(running)
    elif manages == "record_contact_code" and application.waiting_for == AwaitedInput.CODE:
        enter_code(running)
    elif application.waiting_for in {AwaitedInput.CODE, AwaitedInput.QUESTIONS}:
        let_expire(running, ScenarioAction("", "", {}))
    else:
        return False
    return True


def _answer_correction(running: ScenarioRun) -> bool:
    """Correct the details while the vendor has another scripted answer; else leave it open."""
    answers = running.scenario.providers.get("idology")
    more = isinstance(answers, list) and len(answers) > running.resubmitted + 1
    if more:
        correct_details(running, dict(running.scenario.applicant))
    return more


def enter_code(running: ScenarioRun) -> None:
    tasks.process_application(str(running.application.pk))
    code = _last_code()
    if code is None:
        raise UnplayableScenario("no code was sent")
    entered = services.enter_code(application=running.application, code=code)
    if entered is not CodeResult.RIGHT:
        raise UnplayableScenario("the code that was sent is refused")


def _last_code() -> str | None:
    """The code in the latest message to a contact of record; None without one."""
    texts = [str(message.body) for message in getattr(mail, "outbox", [])] + [
        text for _, text in RecordingSmsSender.sent
    ]
    codes = [match.group() for text in texts for match in _CODE.finditer(text)]
    return codes[-1] if codes else None


class RecordingSmsSender:
    """Stores text messages instead of sending them."""

    is_configured = True
    sent: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        if not us_number_digits(number):
            raise OSError("not a telephone number")
        self.sent.append((number, text))


def answer_identity_questions(running: ScenarioRun) -> None:
    """Answer each question with its first choice; the sandbox scripts how many are wrong."""
    questions = services.open_identity_questions(running.application)
    if not questions:
        raise UnplayableScenario("no question is open")
    answers = {str(item["type"]): str(item["answers"][0]) for item in questions}  # type: ignore[index]
    services.answer_identity_questions(application=running.application, answers=answers)
