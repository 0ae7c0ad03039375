"""The nightly pass: once a night, continued where it was broken off, seen by staff."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connections

from sermo.blinded_rows.models import BlindedRow, NightlyPass
from sermo.core import health
from sermo.core.advisory_lock import exclusive
from sermo.custody import nightly_pass
from sermo.custody.nightly_pass import Step
from sermo.members.models import PrivateState
from sermo.members.viewer import private_state
from tests.factories import make_viewer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

EVENING = dt.datetime(2026, 11, 29, 22, 0, tzinfo=dt.UTC)
BEFORE = dt.datetime(2026, 11, 30, 2, 59, tzinfo=dt.UTC)
DUE = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)


class Steps:
    """Two steps that note that they ran; the first fails as often as it is told to."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.n_failures = 0

    def all(self) -> tuple[Step, ...]:
        return (Step("first", self._first), Step("second", self._note("second")))

    def _first(self) -> None:
        if self.n_failures:
            self.n_failures -= 1
            raise RuntimeError("a name that must not be logged")
        self.ran.append("first")

    def _note(self, name: str) -> Callable[[], None]:
        return lambda: self.ran.append(name)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()
    monkeypatch.setattr(nightly_pass, "STEPS", made.all())
    return made


def test_each_step_runs_once_a_night(steps: Steps) -> None:
    assert nightly_pass.run_due(EVENING)
    assert not nightly_pass.run_due(BEFORE)
    assert nightly_pass.run_due(DUE)
    assert not nightly_pass.run_due(DUE + dt.timedelta(hours=5))

    assert steps.ran == ["first", "second"] * 2


def test_a_step_that_fails_stops_no_other_and_is_tried_again(
    steps: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    steps.n_failures = 1
    with caplog.at_level(logging.ERROR):
        nightly_pass.run_due(DUE)
    first_run = list(steps.ran)

    nightly_pass.run_due(DUE)

    assert first_run == ["second"]
    assert steps.ran == ["second", "first"]
    row = NightlyPass.objects.get()
    assert (row.failures, row.finished_at is not None) == ({"first": 1}, True)
    assert "'first' failed" in caplog.text
    assert "must not be logged" not in caplog.text


def test_a_pass_that_was_killed_continues_with_the_step_it_was_in(steps: Steps) -> None:
    NightlyPass.objects.create(night=DUE.date(), finished_steps=["first"])

    nightly_pass.run_due(DUE)

    assert steps.ran == ["second"]


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_two_workers_do_not_run_it_at_once(steps: Steps) -> None:
    results: list[bool] = []

    def run() -> None:
        results.append(nightly_pass.run_due(DUE))
        connections.close_all()

    with exclusive("nightly-pass"):
        worker = threading.Thread(target=run)
        worker.start()
        worker.join()

    assert results == [False]
    assert steps.ran == []


def test_metrics_show_the_hours_since_the_last_pass(steps: Steps) -> None:
    before = health.metrics_text()
    nightly_pass.run_due()
    after = health.metrics_text()

    assert "\nsermo_nightly_pass_age_hours nan\n" in before
    hours = float(after.partition("\nsermo_nightly_pass_age_hours ")[2].splitlines()[0])
    assert 0 <= hours <= 1


def test_the_hour_of_the_pass_is_not_more_exact_than_an_hour(steps: Steps) -> None:
    nightly_pass.run_due(DUE)

    finished_at = NightlyPass.objects.get().finished_at

    assert finished_at is not None
    assert (finished_at.minute, finished_at.second, finished_at.microsecond) == (0, 0, 0)


def test_every_table_of_blinded_rows_is_renewed() -> None:
    tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, BlindedRow)}

    renewed = [renewal.table.name for renewal in nightly_pass.RENEWALS]

    assert len(renewed) == len(set(renewed))
    assert set(renewed) == tables


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_after_the_pass_every_row_of_a_person_is_another() -> None:
    viewer = make_viewer("osler")
    private_state.update_section(viewer, "follows", lambda state: state.update(n=1))
    before = set(PrivateState.objects.values_list("locator", "ciphertext"))

    nightly_pass.run_due(DUE)

    after = set(PrivateState.objects.values_list("locator", "ciphertext"))
    assert NightlyPass.objects.get().failures == {}
    assert not {part for row in before for part in row} & {part for row in after for part in row}
    assert private_state.load_section(viewer, "follows") == {"n": 1}
