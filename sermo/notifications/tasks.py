"""Celery tasks. Messages hold ids only."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.notifications.services.email import enqueue_due_emails, send_email


@shared_task(name="mail.send_community")
def send_notification_email(email_id: str) -> None:
    """Runs in the mailer only, which holds the key of the contact capsules."""
    send_email(UUID(email_id))


@shared_task(name="mail.sweep_community")
def enqueue_due_notification_emails() -> None:
    enqueue_due_emails()
