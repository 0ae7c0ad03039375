from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.mydata import work


@shared_task(name="sealed.errand")
def errand(errand_id: str) -> None:
    work.run(UUID(errand_id))


@shared_task(name="sealed.sweep_errands")
def sweep() -> None:
    for errand_id in work.due():
        work.run(errand_id)
