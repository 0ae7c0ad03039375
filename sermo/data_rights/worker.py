"""In the sealed worker: do what a brief asks, once; forget results in time."""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sermo.core.crypto import DecryptionError
from sermo.data_rights import export, job_payloads, leaving
from sermo.members.models import Member, MemberJob, MemberJobKind

log = logging.getLogger(__name__)


def run(errand_id: UUID) -> None:
    """Late or twice is safe: both kinds of work end the same when done again."""
    with transaction.atomic():
        errand = (
            MemberJob.objects.select_for_update(skip_locked=True)
            .filter(pk=errand_id, finished_on__isnull=True)
            .first()
        )
        if errand is None:
            return
        try:
            brief = job_payloads.open_(errand)
        except (DecryptionError, Member.DoesNotExist):
            log.error("errand %s cannot be done", errand_id)
            job_payloads.finish(errand)
            return
    # Outside the lock, so that whoever waits sees how far it is.
    if errand.kind == MemberJobKind.EXPORT:
        job_payloads.finish(errand, export.collect(errand, brief.viewer))
    else:
        leaving.leave(errand, brief)
        job_payloads.finish(errand)


def due() -> list[UUID]:
    """What a lost message left behind; results a week old are forgotten."""
    week_ago = timezone.localdate() - dt.timedelta(days=export.DAYS_KEPT)
    MemberJob.objects.filter(finished_on__lt=week_ago).delete()
    return list(
        MemberJob.objects.filter(finished_on__isnull=True).values_list("pk", flat=True)[:100]
    )
