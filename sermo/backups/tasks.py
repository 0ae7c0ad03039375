"""Celery tasks of backups. Both do nothing where the settings name no place."""

from __future__ import annotations

from celery import shared_task

from sermo.backups.services import schedule

# acks_late is off: a second delivery would find the first still running.
_long = {"acks_late": False, "soft_time_limit": 12 * 3600, "time_limit": 12 * 3600 + 60}


@shared_task(name="backups.run_nightly", **_long)
def run_nightly() -> None:
    schedule.run_due()


@shared_task(name="backups.write_keep_lists", **_long)
def write_keep_lists() -> None:
    schedule.run_hourly()
