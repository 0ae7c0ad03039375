"""The worker that processes pictures: inspect, then redact and render, then remove sensor noise.

Each run claims the row with a lease, and writes only while it still holds the lease. So a late,
doubled or killed worker changes nothing; `enqueue_due` queues the row again when the lease has
ended. After three claims without a result the picture is refused, and the author is told why. Only
the removal of sensor noise is tried without end: its picture belongs to a published case, and is
withheld until then.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.deid import images as deid
from cases.deid.errors import DeidentificationFailed, FileRefused
from cases.deid.results import Inspection, RedactedFrames, Rendition
from cases.imaging import storage as image_storage
from cases.imaging.noise_removal import render_without_noise
from cases.imaging.redactions import (
    Suggestion,
    boxes_on_frames,
    redactions_from_json,
    suggestions_from_boxes,
    undecided_boxes,
)
from cases.models import Image, ImageState, ModerationStatus, SensorNoise
from sermo.core import storage
from sermo.core.crypto import DecryptionError
from sermo.core.jobs import enqueue

PROCESS_TASK = "cases.process_image"
# Longer than a task may run (sermo.celery, task_time_limit).
LEASE = dt.timedelta(minutes=7)
MAX_ATTEMPTS = 3
_RETRY_DELAYS = (dt.timedelta(seconds=20), dt.timedelta(minutes=2))
_NOISE_RETRY_DELAY = dt.timedelta(hours=1)
_BATCH_SIZE = 500
_PREVIEW_WIDTH = 1280
_PREVIEW_WIDTH_OF_LATER_FRAMES = 480
_DIRECTORY_PREFIX = "sermo-image-"
_DUE_STATES = (ImageState.RECEIVED, ImageState.PROCESSING, ImageState.CONFIRMED)
ATTEMPTS_EXHAUSTED = (
    "We could not prepare this picture after three tries. Nothing of it was shown to anyone."
)
FILE_MISSING = "The file of this picture is no longer there. Please choose it again."
MAX_SUGGESTIONS = 250
TOO_MUCH_TEXT = (
    "too_much_text",
    "This picture holds more text than one can look through. Please crop it to what matters.",
)


def enqueue_due() -> int:
    """Queue every picture that is due and return how many.

    Deletes the directories that killed workers left on this disk.
    """
    _delete_stale_directories()
    due = Image.objects.filter(_is_due()).order_by("id")
    keys = list(due.values_list("pk", flat=True)[:_BATCH_SIZE])
    for key in keys:
        enqueue(PROCESS_TASK, str(key))
    return len(keys)


def process(image_id: UUID) -> None:
    """Inspect the picture, redact and render it, or remove its noise, as its state asks for.

    Does nothing if another worker holds the lease or the picture waits for its author.
    """
    image = claim(image_id)
    if image is None:
        return
    if image.state == ImageState.READY:
        _remove_sensor_noise(image)
        return
    step = _redact_and_render if image.state == ImageState.CONFIRMED else _inspect
    try:
        with _work_directory() as directory:
            step(image, directory)
    except FileRefused as refusal:
        _refuse(image, refusal.sentence, deletes_files=True)
    except (FileNotFoundError, DecryptionError):
        _refuse(image, FILE_MISSING, deletes_files=True)
    except (DeidentificationFailed, OSError):
        _retry_later(image)
    if image.sensor_noise == SensorNoise.WAITING:
        enqueue(PROCESS_TASK, str(image.pk))


def _is_due() -> Q:
    """Rows that wait for a worker, and rows whose lease has ended."""
    is_free = Q(lease_until__isnull=True) | Q(lease_until__lte=timezone.now())
    has_noise = Q(state=ImageState.READY, sensor_noise=SensorNoise.WAITING)
    is_refused = Q(moderation_status=ModerationStatus.REFUSED)
    return (Q(state__in=_DUE_STATES) | has_noise & ~is_refused) & is_free


@transaction.atomic
def claim(image_id: UUID) -> Image | None:
    """Take the lease of a due picture. None if it is not due, or if its attempts are used up."""
    locked = Image.objects.select_for_update(skip_locked=True)
    image = locked.filter(_is_due(), pk=image_id).first()
    if image is None:
        return None
    if image.attempts >= MAX_ATTEMPTS and image.state != ImageState.READY:
        release(image, state=ImageState.REFUSED, refusal_reason=ATTEMPTS_EXHAUSTED)
        return None
    if image.state == ImageState.RECEIVED:
        image.state = ImageState.PROCESSING
    image.attempts = min(image.attempts + 1, MAX_ATTEMPTS)
    image.lease_until = timezone.now() + LEASE
    image.frames_inspected = None
    image.save(update_fields=["state", "attempts", "lease_until", "frames_inspected"])
    return image


def release(image: Image, **changes: Any) -> bool:
    """Write the changes and end the lease. False, and no change, if the lease is lost."""
    return bool(_leased_row(image).update(lease_until=None, **changes))


def release_or_discard(
    image: Image, new_files: list[image_storage.StoredFile], **changes: Any
) -> bool:
    """Write the changes and end the lease, or delete the new files if the lease is lost.

    Returns whether the lease was held.
    """
    try:
        is_released = release(image, **changes)
    except BaseException:
        image_storage.delete_files(new_files)
        raise
    if not is_released:
        image_storage.delete_files(new_files)
    return is_released


def _leased_row(image: Image) -> QuerySet[Image]:
    """The row, if the lease is still the one that this worker took."""
    return Image.objects.filter(
        pk=image.pk,
        lease_until=image.lease_until,
        state=image.state,
        renditions=image.renditions,
    )


def report_progress(
    image: Image, so_far: Inspection | RedactedFrames, frames_inspected: int
) -> None:
    """Save the progress for the author's page. Does nothing if the lease is lost."""
    progress: dict[str, Any] = {
        "frames_inspected": frames_inspected,
        "frame_count": len(so_far.frames),
    }
    if isinstance(so_far, Inspection):
        progress["removed_metadata"] = list(so_far.removed)
    _leased_row(image).update(**progress)


def _inspect(image: Image, directory: Path) -> None:
    """Decode the original, suggest redactions, and encrypt a working copy and a preview."""
    source = directory / "source"
    source.write_bytes(image_storage.read_encrypted(image.original, image.original_key))
    frames = directory / "frames"
    frames.mkdir()
    inspection = deid.inspect(source, frames, on_progress=partial(report_progress, image))
    working, working_key = image_storage.write_encrypted(
        image_storage.pack_frames(inspection.frames)
    )
    preview, preview_key = image_storage.write_encrypted(_pack_previews(inspection, directory))
    release_or_discard(
        image,
        [("quarantine", working), ("quarantine", preview)],
        state=ImageState.AWAITING_REVIEW,
        working=working,
        working_key=working_key,
        preview=preview,
        preview_key=preview_key,
        width=inspection.width,
        height=inspection.height,
        frame_count=len(inspection.frames),
        suggested_redactions=_suggestions(inspection),
        removed_metadata=list(inspection.removed),
        attempts=0,
    )


def _suggestions(inspection: Inspection) -> list[Suggestion]:
    """Raises `FileRefused` if there are too many to review."""
    suggestions = suggestions_from_boxes(inspection.boxes, len(inspection.frames))
    if len(suggestions) > MAX_SUGGESTIONS:
        raise FileRefused(*TOO_MUCH_TEXT)
    return suggestions


def _pack_previews(inspection: Inspection, directory: Path) -> bytes:
    paths = []
    for number, frame in enumerate(inspection.frames):
        subdirectory = directory / f"preview-{number}"
        subdirectory.mkdir()
        width = _PREVIEW_WIDTH_OF_LATER_FRAMES if number else _PREVIEW_WIDTH
        paths.append(deid.render_sizes([frame], subdirectory, (width,))[0].path)
    return image_storage.pack_previews(paths)


def _redact_and_render(image: Image, directory: Path) -> None:
    """Redact, check the result, and render what members are served.

    If the second check detects more, the picture goes back to its author instead.
    """
    working = image_storage.read_encrypted(image.working, image.working_key)
    frames = image_storage.unpack_frames(working, directory)
    result = directory / "result"
    result.mkdir()
    redactions = redactions_from_json(image.accepted_redactions)
    boxes = boxes_on_frames(redactions, len(frames))
    redacted = deid.redact(frames, boxes, result, on_progress=partial(report_progress, image))
    undecided = undecided_boxes(image.suggested_redactions, redactions, redacted.remaining_boxes)
    if undecided:
        added = [
            suggestion | {"from_second_check": True}
            for suggestion in suggestions_from_boxes(undecided, len(frames))
        ]
        suggestions = [*image.suggested_redactions, *added]
        release(
            image,
            state=ImageState.AWAITING_REVIEW,
            suggested_redactions=suggestions,
            attempts=0,
        )
        return
    renditions = store_renditions(deid.render_sizes(redacted.frames, result))
    files = [("images", name) for name, _width, _height in renditions.values()]
    release_or_discard(image, files, state=ImageState.READY, renditions=renditions, attempts=0)


def _remove_sensor_noise(image: Image) -> None:
    """Replace the renditions by new ones without most of the noise; tries again after a fault.

    The old files are deleted once the row names the new ones. Nothing is due after that.
    """
    try:
        with _work_directory() as directory:
            renditions = store_renditions(render_without_noise(image, directory))
    except (FileRefused, DeidentificationFailed, OSError):
        delays = (*_RETRY_DELAYS, _NOISE_RETRY_DELAY)
        retry_at = timezone.now() + delays[image.attempts - 1]
        _leased_row(image).update(lease_until=retry_at)
        return
    old_files = image_storage.rendered_files(image)
    new_files = [("images", name) for name, _width, _height in renditions.values()]
    if release_or_discard(
        image,
        new_files,
        renditions=renditions,
        sensor_noise=SensorNoise.REMOVED,
        attempts=0,
    ):
        image_storage.delete_files(old_files)


def store_renditions(renditions: Sequence[Rendition]) -> dict[str, list[Any]]:
    """Store the files and return {label: [name, width, height]} as in `Image.renditions`.

    Labels: the width class of a still of the first frame ("480"), the same with "a" for the
    animation, and "f" with the index of each further frame ("f1").
    """
    stored: dict[str, list[Any]] = {}
    for rendition in renditions:
        name = storage.store_image(rendition.path.read_bytes())
        stored[_label(rendition)] = [name, rendition.width, rendition.height]
    return stored


def _label(rendition: Rendition) -> str:
    if rendition.frame:
        return f"f{rendition.frame}"
    return str(_width_class(rendition.width)) + ("a" if rendition.animated else "")


def _width_class(width: int) -> int:
    widths = deid.RENDITION_WIDTHS
    return next((limit for limit in widths if width <= limit), widths[-1])


@transaction.atomic
def _refuse(image: Image, sentence: str, *, deletes_files: bool) -> None:
    """Refuse the picture and tell the author why.

    The files are deleted if the file itself was refused, because another try would not help.
    """
    changes: dict[str, Any] = {"state": ImageState.REFUSED, "refusal_reason": sentence}
    if deletes_files:
        changes |= {"original": "", "original_key": b"", "working": "", "working_key": b""}
        changes |= {"preview": "", "preview_key": b""}
    if release(image, **changes) and deletes_files:
        files = image_storage.encrypted_files(image)
        transaction.on_commit(partial(image_storage.delete_files, files))


def _retry_later(image: Image) -> None:
    """A failure on our side: try again after a delay, up to `MAX_ATTEMPTS`."""
    if image.attempts >= MAX_ATTEMPTS:
        _refuse(image, ATTEMPTS_EXHAUSTED, deletes_files=False)
        return
    retry_at = timezone.now() + _RETRY_DELAYS[image.attempts - 1]
    is_confirmed = image.state == ImageState.CONFIRMED
    state = ImageState.CONFIRMED if is_confirmed else ImageState.RECEIVED
    _leased_row(image).update(state=state, lease_until=retry_at)


@contextmanager
def _work_directory() -> Iterator[Path]:
    """A private temporary directory that is deleted afterwards."""
    _delete_stale_directories()
    with tempfile.TemporaryDirectory(prefix=_DIRECTORY_PREFIX) as directory:
        yield Path(directory)


def _delete_stale_directories() -> None:
    """Delete directories of killed workers: those older than a lease."""
    for directory in Path(tempfile.gettempdir()).glob(f"{_DIRECTORY_PREFIX}*"):
        if _age_in_seconds(directory) > LEASE.total_seconds():
            shutil.rmtree(directory, ignore_errors=True)


def _age_in_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
