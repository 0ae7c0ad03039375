"""Celery tasks of cases. Each has a fixed name and calls one function."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from cases.imaging import worker
from cases.jobs.flush_views import flush_views
from cases.jobs.publish_delayed import publish_delayed
from cases.jobs.purge import purge, purge_moderated_images
from cases.jobs.remind_authors import remind_authors
from cases.jobs.repack_images import repack_images


@shared_task(name="cases.process_image")
def process_image_task(image_id: str) -> None:
    """Process one uploaded picture (queue "images")."""
    worker.process(UUID(image_id))


@shared_task(name="cases.enqueue_due_images")
def enqueue_due_images_task() -> None:
    """Queue the pictures that are due, also those whose worker died. Every 30 seconds."""
    worker.enqueue_due()


@shared_task(name="cases.purge")
def purge_task() -> None:
    """Delete originals after 7 days and drafts after 60. Once an hour."""
    purge()


@shared_task(name="cases.purge_moderated_images")
def purge_moderated_images_task() -> None:
    """Delete working copies of pictures that a moderator has decided about. Once a minute."""
    purge_moderated_images()


@shared_task(name="cases.publish_delayed")
def publish_delayed_task() -> None:
    """Show anonymous cases, comments and outcomes whose mark has come. Once a minute."""
    publish_delayed()


@shared_task(name="cases.repack_images")
def repack_images_task() -> None:
    """Write the files of published pictures again in one batch. Once an hour."""
    repack_images()


@shared_task(name="cases.remind_authors")
def remind_authors_task() -> None:
    """Remind authors of cases without an outcome after 3, 14 and 90 days. Once an hour."""
    remind_authors()


@shared_task(name="cases.flush_views")
def flush_views_task() -> None:
    """Write counted views from Redis to the database. Once a minute."""
    flush_views()
