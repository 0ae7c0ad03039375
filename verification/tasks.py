"""Celery's names for the pipeline; messages carry the application's id and nothing else."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from verification.pipeline import forget, sweep, work


@shared_task(name="verification.run_step")
def run_step(application_id: str) -> None:
    work.work(UUID(application_id))


@shared_task(name="verification.sweep")
def sweep_due() -> None:
    sweep.sweep()


@shared_task(name="verification.forget_evidence")
def forget_evidence() -> None:
    forget.forget_evidence()
