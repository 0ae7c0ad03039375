"""Names in the queue. Ids only."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.notifications import mailing


@shared_task(name="mail.send_community")
def send_community(mail_id: str) -> None:
    """Run by the mailer alone, which holds the key."""
    mailing.send(UUID(mail_id))


@shared_task(name="mail.sweep_community")
def sweep_community() -> None:
    mailing.sweep()
