"""The backup of each night, and how long ago the last good one was."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.utils import timezone

from sermo.backups.errors import AlreadyRunningError, BackupError
from sermo.backups.services import configuration, keep_lists, retention
from sermo.backups.services.backup import back_up
from sermo.backups.services.configuration import BACKUP, STORES
from sermo.blinded_rows.models import NightlyPass
from sermo.custody.nightly_pass import current_night

log = logging.getLogger(__name__)
# A night without a nightly pass is backed up after so many hours all the same.
PATIENCE = dt.timedelta(hours=3)
# An alarm: a night was missed.
MAX_HOURS = 30


def run_due(now: dt.datetime | None = None) -> bool:
    """Back up both stores if this night's backup is missing; whether it was made.

    It waits for the nightly pass, whose rows of persons it then holds. Raises nothing: the next
    call tries again, and the age of the last backup tells that something is wrong.
    """
    if not configuration.is_configured():
        return False
    try:
        if not _is_due(now or timezone.now()):
            return False
        back_up()
    except AlreadyRunningError:
        return False
    except BackupError as error:
        log.error("backup: %s", error)
        return False
    return True


def run_hourly() -> None:
    """Write the keep lists, and delete what is too old also where no backup succeeds any more."""
    try:
        keep_lists.write_keep_lists()
        retention.prune_all()
    except BackupError as error:
        log.error("keep lists of backups: %s", error)


def _is_due(now: dt.datetime) -> bool:
    """Whether a store has no backup since the beginning of this night."""
    night = current_night(now)
    begun = dt.datetime.combine(night, dt.time(settings.NIGHTLY_PASS_HOUR), tzinfo=dt.UTC)
    is_passed = NightlyPass.objects.filter(night=night, finished_at__isnull=False).exists()
    if not is_passed and now - begun < PATIENCE:
        return False
    newest = [configuration.archives(store, BACKUP)[-1:] for store in STORES]
    return any(not found or found[0].made_at < begun for found in newest)


def warning() -> str:
    """A sentence for the operators if backups are switched on and a night was missed; else ""."""
    if not configuration.is_configured() or hours_since_last_backup() <= MAX_HOURS:
        return ""
    return f"No backup of both stores was good in the last {MAX_HOURS} hours."


def hours_since_last_backup() -> float:
    """Hours since both stores had a good backup; not a number if one never had."""
    times = [
        state.finished_at
        for store in STORES
        if (state := store.state._default_manager.first()) and state.finished_at
    ]
    if len(times) < len(STORES):
        return float("nan")
    return (timezone.now() - min(times)) / dt.timedelta(hours=1)
