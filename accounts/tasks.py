from __future__ import annotations

from uuid import UUID

from celery import shared_task

from accounts import lines, mail, services
from sermo.core.jobs import enqueue
from sermo.routers import IDENTITY


@shared_task(name="mail.send_identity")
def send_identity(mail_id: str) -> None:
    mail.send(UUID(mail_id))


@shared_task(name="mail.sweep_identity")
def sweep_identity() -> None:
    for mail_id in mail.due():
        enqueue("mail.send_identity", str(mail_id), using=IDENTITY)


@shared_task(name="accounts.forget_devices")
def forget_devices() -> None:
    services.forget_devices()


@shared_task(name="accounts.coarsen_credential_lines")
def coarsen_credential_lines() -> None:
    lines.coarsen()
