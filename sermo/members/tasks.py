from __future__ import annotations

from celery import shared_task

from sermo.members import services


@shared_task(name="members.coarsen_credential_lines")
def coarsen_credential_lines() -> None:
    services.coarsen_lines()
