from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sermo.custody import break_glass, key_rotation, physical_order, recovery
from sermo.members import notices


@shared_task(name="sealed.lay_out_opening")
def lay_out_opening(unsealing_id: str) -> None:
    break_glass.lay_out(UUID(unsealing_id))


@shared_task(name="sealed.tell_opened")
def tell_opened(unsealing_id: str) -> None:
    break_glass.tell(UUID(unsealing_id))


@shared_task(name="sealed.lay_out_recovery")
def lay_out_recovery(user_id: str) -> None:
    recovery.lay_out(UUID(user_id))


@shared_task(name="sealed.sweep_ceremonies")
def sweep_ceremonies() -> None:
    asked, untold = break_glass.due()
    for unsealing_id in asked:
        break_glass.lay_out(unsealing_id)
    for unsealing_id in untold:
        break_glass.tell(unsealing_id)
    for user_id in recovery.due():
        recovery.lay_out(user_id)
    notices.delete_old_notices()


@shared_task(name="sealed.rewrap")
def rewrap_sealed() -> None:
    for name in ("MODERATION", "INNER"):
        key_rotation.rewrap(name)


@shared_task(name="mail.rewrap")
def rewrap_mail() -> None:
    key_rotation.rewrap("MAIL")


@shared_task(name="custody.shuffle_people")
def shuffle_people() -> None:
    physical_order.shuffle_people()


@shared_task(name="custody.shuffle_tables")
def shuffle_tables() -> None:
    physical_order.shuffle()
