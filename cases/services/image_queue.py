"""Handing a picture to the worker: cleaned, or rendered anew with these boxes."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from cases.imaging import storage as image_storage
from cases.models import Image, ImageState
from sermo.core.jobs import enqueue

PROCESS_TASK = "cases.process_image"


def requeue(*, image: Image, accepted: list[dict[str, Any]]) -> None:
    """Render anew with these boxes, in the caller's transaction; what was rendered is deleted."""
    doomed = image_storage.rendered_files(image)
    image.accepted_redactions, image.renditions = accepted, {}
    queue(image, ImageState.CONFIRMED)
    fields = [
        "accepted_redactions",
        "renditions",
        "moderation_status",
        "state",
        "attempts",
        "lease_until",
        "refusal_reason",
    ]
    image.save(update_fields=fields)
    transaction.on_commit(partial(image_storage.delete_files, doomed))


def queue(image: Image, state: ImageState) -> None:
    """Set the state the worker looks for; the caller saves the row."""
    image.state, image.attempts, image.lease_until, image.refusal_reason = state, 0, None, ""
    enqueue(PROCESS_TASK, str(image.pk))
