"""Hand pictures to the worker (`cases.imaging.worker`)."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from cases.imaging import storage as image_storage
from cases.imaging.worker import PROCESS_TASK
from cases.models import Image, ImageState, SensorNoise
from sermo.core.jobs import enqueue


def render_again(*, image: Image, accepted_redactions: list[dict[str, Any]]) -> None:
    """Render the picture with these redactions and delete what was rendered before.

    Runs in the caller's transaction, and saves the row with its moderation status. Sensor noise
    that was removed is removed again.
    """
    files = image_storage.rendered_files(image)
    image.accepted_redactions, image.renditions = accepted_redactions, {}
    if image.sensor_noise == SensorNoise.REMOVED:
        image.sensor_noise = SensorNoise.WAITING
    queue_image(image, ImageState.CONFIRMED)
    fields = [
        "sensor_noise",
        "accepted_redactions",
        "renditions",
        "moderation_status",
        "state",
        "attempts",
        "lease_until",
        "refusal_reason",
    ]
    image.save(update_fields=fields)
    transaction.on_commit(partial(image_storage.delete_files, files))


def queue_image(image: Image, state: ImageState) -> None:
    """Set the state that the worker waits for, and queue the task. The caller saves the row."""
    image.state, image.attempts, image.lease_until, image.refusal_reason = state, 0, None, ""
    enqueue(PROCESS_TASK, str(image.pk))
