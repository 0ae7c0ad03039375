"""The state of one scenario while it is played."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.signup_replay.compare import ScenarioResult
from tools.signup_replay.scenario import Scenario, ScenarioAction
from verification.models import Application, ApplicationState

STATE_NAMES = {
    ApplicationState.IN_REVIEW: "manual_review",
    ApplicationState.AWAITING_APPLICANT: "awaiting_applicant",
}


class UnplayableScenario(Exception):
    """The scenario demands something that cannot be played. The message says what."""


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

    def refresh(self) -> None:
        """Read the application again, and append a new state to the trace."""
        self.application.refresh_from_db()
        if not self.played.trace or self.played.trace[-1] != self.state:
            self.played.trace.append(self.state)
