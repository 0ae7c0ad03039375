"""Handing a picture to the worker: cleaned, or rendered anew with these boxes."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from cases import files
from cases.models import Image, ImageState
from sermo.core.jobs import enqueue

CLEAN = "cases.clean_image"


def requeue(*, image: Image, accepted: list[dict[str, Any]]) -> None:
    """Render anew with these boxes, in the caller's transaction; what was rendered is deleted."""
    doomed = files.rendered_of(image)
    image.accepted_boxes, image.sizes = accepted, {}
    queue(image, ImageState.CONFIRMED)
    fields = ["accepted_boxes", "sizes", "review", "state", "attempt", "lease_until", "refusal"]
    image.save(update_fields=fields)
    transaction.on_commit(partial(files.delete_all, doomed))


def queue(image: Image, state: ImageState) -> None:
    """Set the state the worker looks for; the caller saves the row."""
    image.state, image.attempt, image.lease_until, image.refusal = state, 0, None, ""
    enqueue(CLEAN, str(image.pk))
