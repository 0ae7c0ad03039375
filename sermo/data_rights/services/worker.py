"""The sealed worker's part of member jobs."""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sermo.core.advisory_lock import exclusive
from sermo.core.crypto import DecryptionError
from sermo.data_rights.services import export, job_payloads, leaving
from sermo.members.models import MemberJob, MemberJobKind

log = logging.getLogger(__name__)
RESULT_RETENTION_DAYS = 7
MAX_JOBS_PER_SWEEP = 100


def run_member_job(job_id: UUID) -> None:
    """Run the job if it is not finished. Idempotent: both kinds of job can run again.

    Does nothing while another process runs it: a long job is found by every sweep.
    """
    with exclusive(f"member-job:{job_id.hex}") as held:
        if held:
            _run(job_id)


def _run(job_id: UUID) -> None:
    with transaction.atomic():
        job = (
            MemberJob.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id, finished_on__isnull=True)
            .first()
        )
        if job is None:
            return
        try:
            payload = job_payloads.decrypt_payload(job)
        except DecryptionError:
            log.error("member job %s cannot be run", job_id)
            job_payloads.finish(job)
            return
    # Outside the transaction, so that the page can show the progress.
    if job.kind == MemberJobKind.EXPORT:
        job_payloads.finish(job, export.export_community_half(job, payload.viewer))
    else:
        leaving.leave_community(job, payload)
        job_payloads.finish(job)


def due_member_jobs() -> list[UUID]:
    """Jobs that a lost message left unfinished. Deletes results older than a week."""
    week_ago = timezone.localdate() - dt.timedelta(days=RESULT_RETENTION_DAYS)
    MemberJob.objects.filter(finished_on__lt=week_ago).delete()
    unfinished = MemberJob.objects.filter(finished_on__isnull=True)
    return list(unfinished.values_list("pk", flat=True)[:MAX_JOBS_PER_SWEEP])
