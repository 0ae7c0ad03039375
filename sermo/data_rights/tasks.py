from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.data_rights import worker


@shared_task(name="sealed.errand")
def errand(errand_id: str) -> None:
    worker.run(UUID(errand_id))


@shared_task(name="sealed.sweep_errands")
def sweep() -> None:
    for errand_id in worker.due():
        worker.run(errand_id)
