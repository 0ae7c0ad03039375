"""Tasks of the sealed worker for suspensions."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.moderation.services import suspension


@shared_task(name="sealed.suspend")
def suspend(sanction_id: str) -> None:
    """Suspend the author named by a confirmed sanction."""
    suspension.suspend_author(UUID(sanction_id))


@shared_task(name="sealed.sweep")
def sweep() -> None:
    """Suspend the authors of all confirmed sanctions, in case a message was lost."""
    for sanction_id in suspension.due_sanctions():
        suspension.suspend_author(sanction_id)
