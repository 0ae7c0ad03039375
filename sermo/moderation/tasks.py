from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.moderation import sealed


@shared_task(name="sealed.suspend")
def suspend(sanction_id: str) -> None:
    sealed.suspend(UUID(sanction_id))


@shared_task(name="sealed.sweep")
def sweep() -> None:
    for sanction_id in sealed.due():
        sealed.suspend(sanction_id)
