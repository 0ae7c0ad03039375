"""Play one scenario from the first form to its end, with the worker's code and a moved clock."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from accounts.models import VerifiedPerson
from sermo.core import clock
from sermo.core.errors import DomainError
from tools.signup_replay import applicants
from tools.signup_replay.actions import _answer, perform_action
from tools.signup_replay.compare import ScenarioResult
from tools.signup_replay.register_files import import_registers
from tools.signup_replay.scenario import Scenario, first_text
from tools.signup_replay.scenario_run import ScenarioRun, UnplayableScenario
from verification import policy, services, tasks
from verification.errors import ApplicationIncomplete, EmailNotConfirmed
from verification.models import Application, ApplicationState, Decision, Step
from verification.models.steps import UNFINISHED_STATES
from verification.personal_data import applicant_details
from verification.pipeline import facts
from verification.policy.reasons import Reason
from verification.selectors import recovery_option

MAX_ITERATIONS = 400


class VendorSandbox(Protocol):
    """The vendor sandbox of one scenario."""

    def load(self, scenario: Scenario) -> None: ...

    def calls(self) -> dict[str, int]: ...


def play_scenario(scenario: Scenario, bench: VendorSandbox) -> ScenarioResult:
    """Play a scenario. The expected result is not read here."""
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
        draft = applicants.make_draft(user, scenario)
        applicants.report_device(draft, scenario.providers.get("relevantid"), nonces)
        application = services.submit_application(application=draft)
    except EmailNotConfirmed:
        played.decision = "draft"
        return
    except (ApplicationIncomplete, DomainError):
        # The form refuses it, so there is no application.
        played.decision, played.reasons = "invalid_input", [str(Reason.CREDENTIAL_FORMAT)]
        return
    running = ScenarioRun(scenario, application, played, list(scenario.acts))
    _run(running)
    _record_result(running)


def _run(running: ScenarioRun) -> None:
    running.refresh()
    for _ in range(MAX_ITERATIONS):
        if _perform_next_action(running):
            running.refresh()
            continue
        state = ApplicationState(running.application.state)
        if state in {ApplicationState.SUBMITTED, ApplicationState.CHECKING}:
            _run_worker(running)
        elif state is ApplicationState.AWAITING_APPLICANT:
            if not _answer(running):
                return
        else:
            return
        running.refresh()
    raise UnplayableScenario("it does not come to an end")


def _run_worker(running: ScenarioRun) -> None:
    """Deliver every message twice, then move the clock to the next due time."""
    before = running.application.version, _unfinished(running.application)
    for _ in range(2):
        tasks.process_application(str(running.application.pk))
    running.application.refresh_from_db()
    if (running.application.version, _unfinished(running.application)) == before:
        _advance_to_next_due(running.application)
    tasks.sweep()


def _unfinished(application: Application) -> list[tuple[Any, ...]]:
    steps = Step.objects.filter(application=application).order_by("name", "attempt")
    return list(steps.values_list("name", "attempt", "state", "tries"))


def _advance_to_next_due(application: Application) -> None:
    """Move the clock to the next due step, lease or expiry.

    Raises `UnplayableScenario` if nothing is due.
    """
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


def _perform_next_action(running: ScenarioRun) -> bool:
    """Perform the scenario's next action for this state. Returns False if there is none."""
    for act in running.waiting:
        if act.at in {running.state, str(running.application.state), ""}:
            running.waiting.remove(act)
            perform_action(running, act)
            return True
    return False


def _record_result(running: ScenarioRun) -> None:
    running.refresh()
    application, played = running.application, running.played
    played.decision = running.state
    played.reasons = sorted(application.reasons) if _is_decided(application) else []
    played.annotations = list(policy.decide(facts.gather_facts(application)).annotations)
    person = VerifiedPerson.objects.filter(user=application.user).first()
    played.member_class = person.member_class if person else ""
    played.offer = recovery_option(application)
    _check_invariants(application)


def _is_decided(application: Application) -> bool:
    return application.state in {
        ApplicationState.APPROVED,
        ApplicationState.REJECTED,
        ApplicationState.IN_REVIEW,
    }


def _check_invariants(application: Application) -> None:
    """Raises `UnplayableScenario` if an invariant of a finished application is broken."""
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
