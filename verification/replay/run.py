"""Every scenario of a file, one after another, each in an empty world."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core import mail
from django.test.utils import override_settings

from verification.replay import databases
from verification.replay.compare import Played, compare
from verification.replay.play import Bench, PhoneBook, play
from verification.replay.scenario import read
from verification.replay.twin import TwinBench


def run(path: Path, *, only: set[str] | None = None) -> list[Played]:
    """Raises `BadScenario`, `OSError`. The databases in use are emptied before each scenario."""
    file = read(path)
    bench = TwinBench()
    results = []
    _keep_messages_here()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        PHONE_SENDER="verification.replay.play.PhoneBook",
        VERIFICATION_SOURCES="verification.replay.twin.TwinSources",
        INSTITUTIONAL_DOMAINS=file.institutional_domains,
    ):
        for scenario in file.scenarios:
            if only and scenario.id not in only:
                continue
            databases.empty()
            mail.outbox = []
            PhoneBook.sent.clear()
            results.append(compare(scenario, play(scenario, bench)))
    return results


@contextmanager
def bench_for_tests() -> Iterator[tuple[Bench, str]]:
    """The sandboxes, and the name of the sources that ask them."""
    yield TwinBench(), "verification.replay.twin.TwinSources"


def _keep_messages_here() -> None:
    """The replay calls the worker itself; no message may reach a running site's worker."""
    from sermo.celery import app

    app.conf.broker_url = "memory://"
