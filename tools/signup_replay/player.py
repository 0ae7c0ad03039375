"""One scenario from the first form to its end: the worker's own code, a clock that is moved on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core import mail

from accounts.models import VerifiedPerson
from sermo.core import clock
from sermo.core.errors import DomainError
from tools.signup_replay import applicants
from tools.signup_replay.compare import ScenarioResult
from tools.signup_replay.register_files import import_registers
from tools.signup_replay.scenario import Scenario, ScenarioAction, first_text
from verification import policy, services, tasks
from verification.errors import ApplicationIncomplete, EmailNotConfirmed
from verification.models import Application, ApplicationState, AwaitedInput, Decision, Step
from verification.models.checks import UNFINISHED_STATES
from verification.personal_data import applicant_details
from verification.pipeline import contact_codes, facts
from verification.policy.reasons import Reason
from verification.selectors import recovery_option
from verification.services.answer import CodeResult
from verification.vendors.sms import us_number_digits

MAX_ITERATIONS = 400
STATE_NAMES = {
    ApplicationState.IN_REVIEW: "manual_review",
    ApplicationState.AWAITING_APPLICANT: "awaiting_applicant",
}
_CODE = re.compile(rf"(?<!\d)\d{{{contact_codes.CODE_DIGITS}}}(?!\d)")


class VendorSandbox(Protocol):
    """The sandboxes of one scenario."""

    def load(self, scenario: Scenario) -> None: ...

    def calls(self) -> dict[str, int]: ...


class UnplayableScenario(Exception):
    """This scenario asks for something that cannot be played. The message says what."""


@dataclass
class ScenarioRun:
    scenario: Scenario
    application: Application
    played: ScenarioResult
    waiting: list[ScenarioAction]
    resubmitted: int = 0
    phoned: list[tuple[str, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        state = ApplicationState(self.application.state)
        return STATE_NAMES.get(state, str(state))

    def look(self) -> None:
        """Read the state anew, and note it where it changed."""
        self.application.refresh_from_db()
        if not self.played.trace or self.played.trace[-1] != self.state:
            self.played.trace.append(self.state)


def play_scenario(scenario: Scenario, bench: VendorSandbox) -> ScenarioResult:
    """What came of it. Nothing here knows what should."""
    played = ScenarioResult(scenario.id)
    clock.reset()
    bench.load(scenario)
    try:
        _play(scenario, played)
    except (UnplayableScenario, ValueError, KeyError, TypeError) as error:
        played.error = f"{type(error).__name__}: {error}"
    played.calls = bench.calls()
    clock.reset()
    return played


def _play(scenario: Scenario, played: ScenarioResult) -> None:
    import_registers(scenario)
    nonces = applicants.make_earlier(scenario)
    user = applicants.make_user(
        first_text(scenario.applicant, "email"),
        verified=scenario.applicant.get("email_verified", True) is not False,
    )
    try:
        draft = applicants.fill_in(user, scenario)
        applicants.report_device(draft, scenario.providers.get("relevantid"), nonces)
        application = services.submit_application(application=draft)
    except EmailNotConfirmed:
        played.decision = "draft"
        return
    except (ApplicationIncomplete, DomainError):
        # The form refuses: no case comes of it.
        played.decision, played.reasons = "invalid_input", [str(Reason.CREDENTIAL_FORMAT)]
        return
    running = ScenarioRun(scenario, application, played, list(scenario.acts))
    _run(running)
    _conclude(running)


def _run(running: ScenarioRun) -> None:
    running.look()
    for _ in range(MAX_ITERATIONS):
        if _act_at(running):
            running.look()
            continue
        state = ApplicationState(running.application.state)
        if state in {ApplicationState.SUBMITTED, ApplicationState.CHECKING}:
            _work(running)
        elif state is ApplicationState.AWAITING_APPLICANT:
            if not _answer(running):
                return
        else:
            return
        running.look()
    raise UnplayableScenario("it does not come to an end")


def _work(running: ScenarioRun) -> None:
    """Every message twice; then on to the next moment at which something is due."""
    before = running.application.version, _unfinished(running.application)
    for _ in range(2):
        tasks.process_application(str(running.application.pk))
    running.application.refresh_from_db()
    if (running.application.version, _unfinished(running.application)) == before:
        _move_on(running.application)
    tasks.sweep()


def _unfinished(application: Application) -> list[tuple[Any, ...]]:
    steps = Step.objects.filter(application=application).order_by("name", "attempt")
    return list(steps.values_list("name", "attempt", "state", "tries"))


def _move_on(application: Application) -> None:
    """Let time pass until the next step, lease or limit is due."""
    steps = Step.objects.filter(application=application, state__in=UNFINISHED_STATES)
    due = [
        moment
        for step in steps
        for moment in (step.next_at, step.lease_until)
        if moment is not None and moment > clock.now()
    ]
    if application.expires_at is not None:
        due.append(application.expires_at)
    if not due:
        raise UnplayableScenario("nothing wakes it")
    clock.advance(max(min(due) - clock.now(), dt.timedelta(0)) + dt.timedelta(seconds=1))


def _act_at(running: ScenarioRun) -> bool:
    """Do the next thing the scenario has for this state; False where there is none."""
    for act in running.waiting:
        if act.at in {running.state, str(running.application.state), ""}:
            running.waiting.remove(act)
            _do(running, act)
            return True
    return False


def _do(running: ScenarioRun, act: ScenarioAction) -> None:
    doing = _ACTS.get(act.do)
    if doing is None:
        raise UnplayableScenario(f"the action {act.do!r} is not known")
    doing(running, act)


def _let_expire(running: ScenarioRun, act: ScenarioAction) -> None:
    application = running.application
    if application.expires_at is None:
        return
    clock.advance(application.expires_at - clock.now() + dt.timedelta(seconds=1))
    tasks.process_application(str(application.pk))
    application.refresh_from_db()
    if application.expires_at and application.expires_at > clock.now():
        # The code was sent only now, and is good from now.
        clock.advance(application.expires_at - clock.now() + dt.timedelta(seconds=1))
    tasks.sweep()


def _withdraw(running: ScenarioRun, act: ScenarioAction) -> None:
    services.withdraw_application(application=running.application)


def _resubmit(running: ScenarioRun, act: ScenarioAction) -> None:
    changes: dict[str, Any] = {}
    for name in ("changes", "with", "applicant", "fields", "data"):
        nested = act.told.get(name)
        changes.update(nested if isinstance(nested, dict) else {})
    changes.update({key: value for key, value in act.told.items() if not isinstance(value, dict)})
    _correct(running, {**running.scenario.applicant, **changes})


def _correct(running: ScenarioRun, told: dict[str, Any]) -> None:
    services.correct_details(
        application=running.application,
        details=applicants.details_of(told),
        given_name=first_text(told, "first_name", "given_name"),
        family_name=first_text(told, "last_name", "family_name"),
        birth_date=applicants.day(first_text(told, "dob", "birth_date")),
        ssn=first_text(told, "ssn"),
    )
    running.resubmitted += 1


def _advance(running: ScenarioRun, act: ScenarioAction) -> None:
    hours = sum(
        float(act.told.get(name, 0)) * each
        for name, each in (("seconds", 1 / 3600), ("minutes", 1 / 60), ("hours", 1), ("days", 24))
    )
    clock.advance(dt.timedelta(hours=hours))
    tasks.sweep()


def _wrong_code(running: ScenarioRun, act: ScenarioAction) -> None:
    tasks.process_application(str(running.application.pk))
    for _ in range(int(act.told.get("times", 1))):
        services.enter_code(application=running.application, code="0" * contact_codes.CODE_DIGITS)


def _sweep(running: ScenarioRun, act: ScenarioAction) -> None:
    tasks.sweep()


def _change_email(running: ScenarioRun, act: ScenarioAction) -> None:
    user = running.application.user
    user.email = first_text(act.told, "email", "to", "value") or "changed@mail.example"
    user.save(update_fields=["email"])


_ACTS: dict[str, Callable[[ScenarioRun, ScenarioAction], None]] = {
    "let_code_expire": _let_expire,
    "let_expire": _let_expire,
    "expire": _let_expire,
    "nothing": _let_expire,
    "withdraw": _withdraw,
    "resubmit": _resubmit,
    "correct": _resubmit,
    "advance_clock": _advance,
    "wait": _advance,
    "wrong_code": _wrong_code,
    "enter_wrong_code": _wrong_code,
    "enter_code": lambda running, act: _enter_code(running),
    "answer_kba": lambda running, act: _answer_questions(running),
    "kba": lambda running, act: _answer_questions(running),
    "sweep": _sweep,
    "change_email": _change_email,
}


def _answer(running: ScenarioRun) -> bool:
    """What this applicant manages when asked; False where they leave it at that."""
    application = running.application
    tasks.process_application(str(application.pk))
    application.refresh_from_db()
    if application.waiting_for == AwaitedInput.CORRECTION:
        return _answer_correction(running)
    manages = running.scenario.binding
    if manages == "kba" and services.open_identity_questions(application):
        _answer_questions(running)
    elif manages == "record_contact_code" and application.waiting_for == AwaitedInput.CODE:
        _enter_code(running)
    elif application.waiting_for in {AwaitedInput.CODE, AwaitedInput.QUESTIONS}:
        _let_expire(running, ScenarioAction("", "", {}))
    else:
        return False
    return True


def _answer_correction(running: ScenarioRun) -> bool:
    """Sent again as long as the vendor has another answer for it; else it stays open."""
    answers = running.scenario.providers.get("idology")
    more = isinstance(answers, list) and len(answers) > running.resubmitted + 1
    if more:
        _correct(running, dict(running.scenario.applicant))
    return more


def _enter_code(running: ScenarioRun) -> None:
    tasks.process_application(str(running.application.pk))
    code = _last_code()
    if code is None:
        raise UnplayableScenario("no code was sent")
    entered = services.enter_code(application=running.application, code=code)
    if entered is not CodeResult.RIGHT:
        raise UnplayableScenario("the code that was sent is refused")


def _last_code() -> str | None:
    """The code in the latest message to a contact of record, by mail or telephone."""
    texts = [str(message.body) for message in getattr(mail, "outbox", [])] + [
        text for _, text in RecordingSmsSender.sent
    ]
    found = [match.group() for text in texts for match in _CODE.finditer(text)]
    return found[-1] if found else None


class RecordingSmsSender:
    """A telephone gateway that remembers."""

    is_configured = True
    sent: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        if not us_number_digits(number):
            raise OSError("not a telephone number")
        self.sent.append((number, text))


def _answer_questions(running: ScenarioRun) -> None:
    """The sandbox decides how many are wrong; any listed answer will do."""
    asked = services.open_identity_questions(running.application)
    if not asked:
        raise UnplayableScenario("no question is open")
    answers = {str(item["type"]): str(item["answers"][0]) for item in asked}  # type: ignore[index]
    services.answer_identity_questions(application=running.application, answers=answers)


def _conclude(running: ScenarioRun) -> None:
    running.look()
    application, played = running.application, running.played
    played.decision = running.state
    played.reasons = sorted(application.reasons) if _is_decided(application) else []
    played.annotations = list(policy.decide(facts.gather_facts(application)).annotations)
    person = VerifiedPerson.objects.filter(user=application.user).first()
    played.member_class = person.member_class if person else ""
    played.offer = recovery_option(application)
    _check_ending(application)


def _is_decided(application: Application) -> bool:
    return application.state in {
        ApplicationState.APPROVED,
        ApplicationState.REJECTED,
        ApplicationState.IN_REVIEW,
    }


def _check_ending(application: Application) -> None:
    """What must always hold at the end, whatever the scenario."""
    standing = Decision.objects.filter(application=application, undone_at__isnull=True).count()
    decided = application.state in {ApplicationState.APPROVED, ApplicationState.REJECTED}
    if standing != int(decided):
        raise UnplayableScenario(f"{standing} decisions stand")
    if decided and hasattr(application, "social_security_number"):
        raise UnplayableScenario("a social security number outlived the decision")
    if application.details_ciphertext is not None:
        applicant_details.decrypt(
            application.user.decrypt_data_key(), application.details_ciphertext
        )
