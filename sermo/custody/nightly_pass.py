"""The nightly pass: everything that is keyed by a person changes here, for all persons at once.

It runs once a night in the sealed worker. Whoever copies the databases on two nights then sees
that all rows differ, and not whose rows changed (docs/decisions/0029-blinded-rows.md).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.models import SLOT_TABLE
from accounts.services import credential_slots
from accounts.services.renewed_columns import renew_user_columns
from sermo.blinded_rows.models import NightlyPass
from sermo.blinded_rows.table import BlindedTable, Transform, unchanged
from sermo.core import coarse
from sermo.core.advisory_lock import exclusive
from sermo.data_rights.services import leaving
from sermo.members import records
from sermo.members import services as members
from sermo.members.viewer import private_versions

log = logging.getLogger(__name__)

# Nights whose outcome is kept.
KEPT_NIGHTS = 30


@dataclass(frozen=True)
class Step:
    """One part of the pass. Running the function twice does no harm."""

    name: str
    function: Callable[[], object]


@dataclass(frozen=True)
class Renewal:
    """How one table is renewed. `prepare` returns what the renewal does to each row."""

    table: BlindedTable
    prepare: Callable[[], Transform] = lambda: unchanged


# Every table of blinded rows (tests/custody/test_nightly_pass.py compares).
RENEWALS: tuple[Renewal, ...] = (
    Renewal(private_versions.TABLE, private_versions.prepare_renewal),
    Renewal(SLOT_TABLE, credential_slots.prepare_renewal),
    Renewal(records.MEMBER_RECORDS, records.prepare_record_renewal),
    Renewal(records.HANDLE_RESERVATIONS, records.prepare_reservation_renewal),
)


def renew(renewal: Renewal) -> int:
    """Move the rows of one table to a new epoch; how many."""
    n_moved = renewal.table.renew(renewal.prepare())
    if not connections[renewal.table.alias].in_atomic_block:  # as in a test
        renewal.table.vacuum()
    return n_moved


# In this order. A renamed step is a new one.
STEPS: tuple[Step, ...] = (
    Step("write the rows of new members", members.write_pending_rows),
    Step("disown who left", members.disown_leavers),
    *(Step(f"renew {renewal.table.name}", partial(renew, renewal)) for renewal in RENEWALS),
    Step("renew the columns of users", renew_user_columns),
    Step("credential_lines", members.release_credential_lines),
    # After the renewal, so that a deleted row is not the one that changed when the person left.
    Step("delete leavers", leaving.delete_leavers),
)


def run_due(now: dt.datetime | None = None) -> bool:
    """Run what is not finished of this night's pass. False if nothing is due or another runs it."""
    night = current_night(now or timezone.now())
    if NightlyPass.objects.filter(night=night, finished_at__isnull=False).exists():
        return False
    with exclusive("nightly-pass") as held:
        if held:
            _run(night)
    return held


def current_night(now: dt.datetime) -> dt.date:
    """The night whose pass is due: it begins at settings.NIGHTLY_PASS_HOUR in UTC."""
    return (now.astimezone(dt.UTC) - dt.timedelta(hours=settings.NIGHTLY_PASS_HOUR)).date()


def hours_since_last_pass() -> float:
    """Hours since a pass finished all its steps; not a number if none ever did."""
    last = NightlyPass.objects.filter(finished_at__isnull=False).last()
    if last is None or last.finished_at is None:
        return float("nan")
    return (timezone.now() - last.finished_at) / dt.timedelta(hours=1)


def _run(night: dt.date) -> None:
    """Run the unfinished steps. One that fails is tried again at the next call."""
    row, _ = NightlyPass.objects.get_or_create(night=night)
    for step in STEPS:
        if step.name in row.finished_steps:
            continue
        try:
            step.function()
        except Exception:
            # The name alone: the message of an error can contain what a row holds.
            log.error("nightly pass: the step '%s' failed", step.name)
            row.failures[step.name] = row.failures.get(step.name, 0) + 1
        else:
            row.finished_steps.append(step.name)
        row.save()
    if {step.name for step in STEPS} <= set(row.finished_steps):
        row.finished_at = coarse.to_hour(timezone.now())
        row.save()
        old = night - dt.timedelta(days=KEPT_NIGHTS)
        NightlyPass.objects.filter(night__lt=old).delete()
        log.info("nightly pass: all %d steps finished", len(STEPS))
