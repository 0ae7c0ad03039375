"""One scenario from the first form to its end: the worker's own code, a clock that is moved on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core import mail

from accounts.models import VerifiedPerson
from sermo.core.errors import DomainError
from verification import clock, personal, policy, services, tasks
from verification.errors import EmailNotConfirmed, NotComplete
from verification.models import Application, Decision, State, Step, Waiting
from verification.models.checks import UNFINISHED
from verification.phones import digits
from verification.pipeline import codes, facts
from verification.reasons import Reason
from verification.replay import people
from verification.replay.compare import Played
from verification.replay.files import import_registers
from verification.replay.scenario import Act, Scenario, text
from verification.selectors import offer
from verification.services.answer import Entered

MOST_TURNS = 400
TOLD = {
    State.IN_REVIEW: "manual_review",
    State.AWAITING_APPLICANT: "awaiting_applicant",
}
_CODE = re.compile(rf"(?<!\d)\d{{{codes.DIGITS}}}(?!\d)")


class Bench(Protocol):
    """The sandboxes of one scenario."""

    def load(self, scenario: Scenario) -> None: ...

    def calls(self) -> dict[str, int]: ...


class Unplayable(Exception):
    """This scenario asks for something that cannot be played. The message says what."""


@dataclass
class Play:
    scenario: Scenario
    application: Application
    played: Played
    waiting: list[Act]
    resubmitted: int = 0
    phoned: list[tuple[str, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        state = State(self.application.state)
        return TOLD.get(state, str(state))

    def look(self) -> None:
        """Read the state anew, and note it where it changed."""
        self.application.refresh_from_db()
        if not self.played.trace or self.played.trace[-1] != self.state:
            self.played.trace.append(self.state)


def play(scenario: Scenario, bench: Bench) -> Played:
    """What came of it. Nothing here knows what should."""
    played = Played(scenario.id)
    clock.reset()
    bench.load(scenario)
    try:
        _play(scenario, played)
    except (Unplayable, ValueError, KeyError, TypeError) as error:
        played.trouble = f"{type(error).__name__}: {error}"
    played.calls = bench.calls()
    clock.reset()
    return played


def _play(scenario: Scenario, played: Played) -> None:
    import_registers(scenario)
    nonces = people.make_earlier(scenario)
    user = people.make_user(
        text(scenario.applicant, "email"),
        verified=scenario.applicant.get("email_verified", True) is not False,
    )
    try:
        draft = people.fill_in(user, scenario)
        people.report_device(draft, scenario.providers.get("relevantid"), nonces)
        application = services.submit(application=draft)
    except EmailNotConfirmed:
        played.decision = "draft"
        return
    except (NotComplete, DomainError):
        # The form refuses: no case comes of it.
        played.decision, played.reasons = "invalid_input", [str(Reason.CREDENTIAL_FORMAT)]
        return
    running = Play(scenario, application, played, list(scenario.acts))
    _run(running)
    _conclude(running)


def _run(running: Play) -> None:
    running.look()
    for _ in range(MOST_TURNS):
        if _act_at(running):
            running.look()
            continue
        state = State(running.application.state)
        if state in {State.SUBMITTED, State.CHECKING}:
            _work(running)
        elif state is State.AWAITING_APPLICANT:
            if not _answer(running):
                return
        else:
            return
        running.look()
    raise Unplayable("it does not come to an end")


def _work(running: Play) -> None:
    """Every message twice; then on to the next moment at which something is due."""
    before = running.application.version, _unfinished(running.application)
    for _ in range(2):
        tasks.run_step(str(running.application.pk))
    running.application.refresh_from_db()
    if (running.application.version, _unfinished(running.application)) == before:
        _move_on(running.application)
    tasks.sweep_due()


def _unfinished(application: Application) -> list[tuple[Any, ...]]:
    steps = Step.objects.filter(application=application).order_by("name", "attempt")
    return list(steps.values_list("name", "attempt", "state", "tries"))


def _move_on(application: Application) -> None:
    """Let time pass until the next step, lease or limit is due."""
    steps = Step.objects.filter(application=application, state__in=UNFINISHED)
    due = [
        moment
        for step in steps
        for moment in (step.next_at, step.lease_until)
        if moment is not None and moment > clock.now()
    ]
    if application.expires_at is not None:
        due.append(application.expires_at)
    if not due:
        raise Unplayable("nothing wakes it")
    clock.advance(max(min(due) - clock.now(), dt.timedelta(0)) + dt.timedelta(seconds=1))


def _act_at(running: Play) -> bool:
    """Do the next thing the scenario has for this state; False where there is none."""
    for act in running.waiting:
        if act.at in {running.state, str(running.application.state), ""}:
            running.waiting.remove(act)
            _do(running, act)
            return True
    return False


def _do(running: Play, act: Act) -> None:
    doing = _ACTS.get(act.do)
    if doing is None:
        raise Unplayable(f"the action {act.do!r} is not known")
    doing(running, act)


def _let_expire(running: Play, act: Act) -> None:
    application = running.application
    if application.expires_at is None:
        return
    clock.advance(application.expires_at - clock.now() + dt.timedelta(seconds=1))
    tasks.run_step(str(application.pk))
    application.refresh_from_db()
    if application.expires_at and application.expires_at > clock.now():
        # The code was sent only now, and is good from now.
        clock.advance(application.expires_at - clock.now() + dt.timedelta(seconds=1))
    tasks.sweep_due()


def _withdraw(running: Play, act: Act) -> None:
    services.withdraw(application=running.application)


def _resubmit(running: Play, act: Act) -> None:
    changes: dict[str, Any] = {}
    for name in ("changes", "with", "applicant", "fields", "data"):
        nested = act.told.get(name)
        changes.update(nested if isinstance(nested, dict) else {})
    changes.update({key: value for key, value in act.told.items() if not isinstance(value, dict)})
    _correct(running, {**running.scenario.applicant, **changes})


def _correct(running: Play, told: dict[str, Any]) -> None:
    services.correct(
        application=running.application,
        details=people.details_of(told),
        given_name=text(told, "first_name", "given_name"),
        family_name=text(told, "last_name", "family_name"),
        birth_date=people.day(text(told, "dob", "birth_date")),
        ssn=text(told, "ssn"),
    )
    running.resubmitted += 1


def _advance(running: Play, act: Act) -> None:
    hours = sum(
        float(act.told.get(name, 0)) * each
        for name, each in (("seconds", 1 / 3600), ("minutes", 1 / 60), ("hours", 1), ("days", 24))
    )
    clock.advance(dt.timedelta(hours=hours))
    tasks.sweep_due()


def _wrong_code(running: Play, act: Act) -> None:
    tasks.run_step(str(running.application.pk))
    for _ in range(int(act.told.get("times", 1))):
        services.enter_code(application=running.application, code="0" * codes.DIGITS)


def _sweep(running: Play, act: Act) -> None:
    tasks.sweep_due()


def _change_email(running: Play, act: Act) -> None:
    user = running.application.user
    user.email = text(act.told, "email", "to", "value") or "changed@mail.example"
    user.save(update_fields=["email"])


_ACTS: dict[str, Callable[[Play, Act], None]] = {
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


def _answer(running: Play) -> bool:
    """What this applicant manages when asked; False where they leave it at that."""
    application = running.application
    tasks.run_step(str(application.pk))
    application.refresh_from_db()
    if application.waiting_for == Waiting.CORRECTION:
        return _answer_correction(running)
    manages = running.scenario.binding
    if manages == "kba" and services.open_questions(application):
        _answer_questions(running)
    elif manages == "record_contact_code" and application.waiting_for == Waiting.CODE:
        _enter_code(running)
    elif application.waiting_for in {Waiting.CODE, Waiting.QUESTIONS}:
        _let_expire(running, Act("", "", {}))
    else:
        return False
    return True


def _answer_correction(running: Play) -> bool:
    """Sent again as long as the vendor has another answer for it; else it stays open."""
    answers = running.scenario.providers.get("idology")
    more = isinstance(answers, list) and len(answers) > running.resubmitted + 1
    if more:
        _correct(running, dict(running.scenario.applicant))
    return more


def _enter_code(running: Play) -> None:
    tasks.run_step(str(running.application.pk))
    code = _last_code()
    if code is None:
        raise Unplayable("no code was sent")
    entered = services.enter_code(application=running.application, code=code)
    if entered is not Entered.RIGHT:
        raise Unplayable("the code that was sent is refused")


def _last_code() -> str | None:
    """The code in the latest message to a contact of record, by mail or telephone."""
    texts = [str(message.body) for message in getattr(mail, "outbox", [])] + [
        text for _, text in PhoneBook.sent
    ]
    found = [match.group() for text in texts for match in _CODE.finditer(text)]
    return found[-1] if found else None


class PhoneBook:
    """A telephone gateway that remembers."""

    is_configured = True
    sent: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        if not digits(number):
            raise OSError("not a telephone number")
        self.sent.append((number, text))


def _answer_questions(running: Play) -> None:
    """The sandbox decides how many are wrong; any listed answer will do."""
    asked = services.open_questions(running.application)
    if not asked:
        raise Unplayable("no question is open")
    answers = {str(item["type"]): str(item["answers"][0]) for item in asked}  # type: ignore[index]
    services.answer_identity_questions(application=running.application, answers=answers)


def _conclude(running: Play) -> None:
    running.look()
    application, played = running.application, running.played
    played.decision = running.state
    played.reasons = sorted(application.reasons) if _is_decided(application) else []
    played.annotations = list(policy.decide(facts.gather(application)).annotations)
    person = VerifiedPerson.objects.filter(user=application.user).first()
    played.member_class = person.member_class if person else ""
    played.offer = offer(application)
    _check_ending(application)


def _is_decided(application: Application) -> bool:
    return application.state in {State.APPROVED, State.REJECTED, State.IN_REVIEW}


def _check_ending(application: Application) -> None:
    """What must always hold at the end, whatever the scenario."""
    standing = Decision.objects.filter(application=application, undone_at__isnull=True).count()
    decided = application.state in {State.APPROVED, State.REJECTED}
    if standing != int(decided):
        raise Unplayable(f"{standing} decisions stand")
    if decided and hasattr(application, "secret_number"):
        raise Unplayable("a social security number outlived the decision")
    if application.box is not None:
        personal.open_(application.user.decrypt_data_key(), application.box)
