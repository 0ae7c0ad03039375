"""Names that Celery knows; each calls one function."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from cases import appearing, cleaning, forgetting, reminding, settling, views_counter


@shared_task(name="cases.clean_image")
def clean_image(image_id: str) -> None:
    """Queue images: decode and propose, or burn in and render."""
    cleaning.clean(UUID(image_id))


@shared_task(name="cases.sweep_images")
def sweep_images() -> None:
    """Pictures that are due, those of a worker that died among them."""
    cleaning.sweep()


@shared_task(name="cases.forget_originals")
def forget_originals() -> None:
    """Originals after seven days, drafts after sixty, and what belongs to neither."""
    forgetting.forget()


@shared_task(name="cases.close_reviews")
def close_reviews() -> None:
    """Working copies of pictures a moderator has decided about."""
    forgetting.close_reviews()


@shared_task(name="cases.appear")
def appear() -> None:
    """Anonymous items whose random wait is over."""
    appearing.appear()


@shared_task(name="cases.settle_pictures")
def settle_pictures() -> None:
    """Files of published pictures, written anew in one batch: their times tell the hour only."""
    settling.settle()


@shared_task(name="cases.remind_authors")
def remind_authors() -> None:
    """Cases without an outcome after 3, 14 and 90 days."""
    reminding.remind_authors()


@shared_task(name="cases.flush_views")
def flush_views() -> None:
    """Counted views, once a minute."""
    views_counter.flush_views()
