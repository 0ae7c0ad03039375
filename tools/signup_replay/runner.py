"""Every scenario of a file, one after another, each in an empty world."""

from __future__ import annotations

from pathlib import Path

from django.core import mail
from django.test.utils import override_settings

from tools.signup_replay import databases
from tools.signup_replay.compare import Played, compare
from tools.signup_replay.player import PhoneBook, play
from tools.signup_replay.sandboxes import bench as sandboxes
from tools.signup_replay.scenario import read


def run(path: Path, *, only: set[str] | None = None) -> list[Played]:
    """Raises `BadScenario`, `OSError`. The databases in use are emptied before each scenario."""
    file = read(path)
    results = []
    _keep_messages_here()
    with (
        sandboxes() as bench,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
            PHONE_SENDER="tools.signup_replay.player.PhoneBook",
            INSTITUTIONAL_DOMAINS=file.institutional_domains,
        ),
    ):
        for scenario in file.scenarios:
            if only and scenario.id not in only:
                continue
            databases.empty()
            mail.outbox = []
            PhoneBook.sent.clear()
            results.append(compare(scenario, play(scenario, bench)))
    return results


def _keep_messages_here() -> None:
    """The replay calls the worker itself; no message may reach a running site's worker."""
    from sermo.celery import app

    app.conf.broker_url = "memory://"
