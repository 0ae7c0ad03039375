"""Play every scenario of a file, each with empty databases."""

from __future__ import annotations

from pathlib import Path

from django.core import mail
from django.test.utils import override_settings

from tools.signup_replay import databases
from tools.signup_replay.actions import RecordingSmsSender
from tools.signup_replay.compare import ScenarioResult, compare_result
from tools.signup_replay.player import play_scenario
from tools.signup_replay.sandboxes import running_sandboxes as sandboxes
from tools.signup_replay.scenario import read_scenarios


def run_scenarios(path: Path, *, only: set[str] | None = None) -> list[ScenarioResult]:
    """Play the scenarios of a file. The databases in use are emptied before each.

    Raises `InvalidScenario`, `OSError`, and what an action of a scenario makes a service refuse:
    `InvalidSsn`, `NoAnswerExpected`, `ApplicationChanged`, `QuotaReached`.
    """
    file = read_scenarios(path)
    results = []
    _keep_messages_here()
    with (
        sandboxes() as bench,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
            PHONE_SENDER="tools.signup_replay.actions.RecordingSmsSender",
            INSTITUTIONAL_DOMAINS=file.institutional_domains,
        ),
    ):
        for scenario in file.scenarios:
            if only and scenario.id not in only:
                continue
            databases.empty_databases()
            mail.outbox = []
            RecordingSmsSender.sent.clear()
            results.append(compare_result(scenario, play_scenario(scenario, bench)))
    return results


def _keep_messages_here() -> None:
    """Use an in-memory broker, so that no message reaches the worker of a running site."""
    from sermo.celery import app

    app.conf.broker_url = "memory://"
