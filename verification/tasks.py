"""Celery's names for the pipeline; messages carry the application's id and nothing else."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from verification.pipeline import monitoring, retention, sweep, worker
from verification.registers import folder_import


@shared_task(name="verification.run_step")
def run_step(application_id: str) -> None:
    worker.work(UUID(application_id))


@shared_task(name="verification.sweep")
def sweep_due() -> None:
    sweep.sweep()


@shared_task(name="verification.forget_evidence")
def forget_evidence() -> None:
    retention.forget_evidence()


@shared_task(name="verification.watch")
def watch() -> None:
    monitoring.consume_changes()


@shared_task(name="verification.watch_nightly")
def watch_nightly() -> None:
    monitoring.nightly()


# Millions of rows take longer than any other task, and a second delivery finds the import running.
@shared_task(
    name="verification.import_registers",
    acks_late=False,
    soft_time_limit=4 * 3600,
    time_limit=4 * 3600 + 60,
)
def import_registers() -> None:
    if folder_import.import_new():
        monitoring.recheck_members()
