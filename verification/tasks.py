"""Celery tasks of verification. A message carries the application's id and nothing else."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from verification.pipeline import monitoring, retention, worker
from verification.pipeline.sweep import run_sweep
from verification.registers import folder_import


@shared_task(name="verification.process_application")
def process_application(application_id: str) -> None:
    worker.process_application(UUID(application_id))


@shared_task(name="verification.sweep")
def sweep() -> None:
    run_sweep()


@shared_task(name="verification.purge_expired")
def purge_expired() -> None:
    retention.purge_expired()


@shared_task(name="verification.process_masterfile_changes")
def process_masterfile_changes() -> None:
    monitoring.process_masterfile_changes()


@shared_task(name="verification.monitor_nightly")
def monitor_nightly() -> None:
    monitoring.run_nightly()


# Millions of rows take longer than any other task. acks_late is off: a second delivery would find
# the first import still running.
@shared_task(
    name="verification.import_registers",
    acks_late=False,
    soft_time_limit=4 * 3600,
    time_limit=4 * 3600 + 60,
)
def import_registers() -> None:
    if folder_import.import_new_files():
        monitoring.recheck_members()
