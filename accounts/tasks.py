"""Celery tasks of this app."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from accounts.email_outbox import delivery
from sermo.core.jobs import enqueue
from sermo.routers import IDENTITY


@shared_task(name="mail.send_identity")
def send_identity_email(email_id: str) -> None:
    delivery.deliver(UUID(email_id))


@shared_task(name="mail.sweep_identity")
def sweep_identity_emails() -> None:
    for email_id in delivery.due_emails():
        enqueue("mail.send_identity", str(email_id), using=IDENTITY)
