"""Celery tasks of member jobs; they run in the sealed worker."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.data_rights.services import worker

# A job reads whole tables: only the member's secret finds the member's rows. acks_late is off, as a
# job is delivered again after fifteen minutes otherwise; the sweep finds one that was killed.
_long = {"acks_late": False, "soft_time_limit": 3600, "time_limit": 3660}


@shared_task(name="sealed.run_member_job", **_long)
def run_member_job(job_id: str) -> None:
    worker.run_member_job(UUID(job_id))


@shared_task(name="sealed.sweep_member_jobs", **_long)
def sweep_member_jobs() -> None:
    for job_id in worker.due_member_jobs():
        worker.run_member_job(job_id)
