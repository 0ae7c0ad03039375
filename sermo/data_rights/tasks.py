"""Celery tasks of member jobs; they run in the sealed worker."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.data_rights.services import worker


@shared_task(name="sealed.run_member_job")
def run_member_job(job_id: str) -> None:
    worker.run_member_job(UUID(job_id))


@shared_task(name="sealed.sweep_member_jobs")
def sweep_member_jobs() -> None:
    for job_id in worker.due_member_jobs():
        worker.run_member_job(job_id)
