"""The worker's part in an image: decode and propose, then burn in and render.

Each call claims its row with a lease. Whoever finishes proves the lease is still theirs, so a late,
doubled or killed worker changes nothing; the sweep finds what a dead one left. A third claim that
came to nothing is the last: the author reads why, and nothing was published.
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
from cases.imaging.redactions import (
    boxes_on_frames,
    redactions_from_json,
    suggestions_from_boxes,
    undecided_boxes,
)
from cases.models import Image, ImageState
from sermo.core import storage
from sermo.core.crypto import DecryptionError
from sermo.core.jobs import enqueue

# Longer than a task may run (sermo.celery, task_time_limit).
LEASE = dt.timedelta(minutes=7)
MAX_ATTEMPTS = 3
_BACK_OFF = (dt.timedelta(seconds=20), dt.timedelta(minutes=2))
_PREVIEW_WIDTH = 1280
_PREVIEW_WIDTH_OF_MANY = 480
_PREFIX = "sermo-clean-"
_DUE = (ImageState.RECEIVED, ImageState.PROCESSING, ImageState.CONFIRMED)
ATTEMPTS_EXHAUSTED = (
    "We could not prepare this picture after three tries. Nothing of it was shown to anyone."
)
FILE_MISSING = "The file of this picture is no longer there. Please choose it again."
MAX_SUGGESTIONS = 250
TOO_MUCH_TEXT = (
    "too_much_text",
    "This picture holds more text than one can look through. Please crop it to what matters.",
)


def due() -> Q:
    """Rows that wait for a worker, or whose worker's lease has ended."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=timezone.now())
    return Q(state__in=_DUE) & free


def enqueue_due() -> int:
    """Queue every picture that is due; how many. Remove what a killed worker left on this disk."""
    _tidy()
    keys = list(Image.objects.filter(due()).order_by("id").values_list("pk", flat=True)[:500])
    for key in keys:
        enqueue("cases.process_image", str(key))
    return len(keys)


def process(image_id: UUID) -> None:
    """Do what this image waits for; nothing if somebody else has it or it waits for its author."""
    image = claim(image_id)
    if image is None:
        return
    work = _redact_and_render if image.state == ImageState.CONFIRMED else _inspect
    try:
        with _directory() as directory:
            work(image, directory)
    except FileRefused as refusal:
        _refuse(image, refusal.sentence, is_final=True)
    except (FileNotFoundError, DecryptionError):
        _refuse(image, FILE_MISSING, is_final=True)
    except (DeidentificationFailed, OSError):
        _try_later(image)


@transaction.atomic
def claim(image_id: UUID) -> Image | None:
    image = Image.objects.select_for_update(skip_locked=True).filter(due(), pk=image_id).first()
    if image is None:
        return None
    if image.attempts >= MAX_ATTEMPTS:
        release(image, state=ImageState.REFUSED, refusal_reason=ATTEMPTS_EXHAUSTED)
        return None
    if image.state == ImageState.RECEIVED:
        image.state = ImageState.PROCESSING
    image.attempts += 1
    image.lease_until = timezone.now() + LEASE
    image.frames_inspected = None
    image.save(update_fields=["state", "attempts", "lease_until", "frames_inspected"])
    return image


def _inspect(image: Image, directory: Path) -> None:
    """Decode, write anew, propose boxes; keep working copy and preview closed for the author."""
    source = directory / "source"
    source.write_bytes(image_storage.read_encrypted(image.original, image.original_key))
    frames = directory / "frames"
    frames.mkdir()
    inspection = deid.inspect(source, frames, on_progress=partial(report_progress, image))
    working, working_key = image_storage.write_encrypted(
        image_storage.pack_frames(inspection.frames)
    )
    preview, preview_key = image_storage.write_encrypted(_previews(inspection, directory))
    made = [("quarantine", working), ("quarantine", preview)]
    release_or_discard(
        image,
        made,
        state=ImageState.AWAITING_REVIEW,
        working=working,
        working_key=working_key,
        preview=preview,
        preview_key=preview_key,
        width=inspection.width,
        height=inspection.height,
        frame_count=len(inspection.frames),
        suggested_redactions=_proposals(inspection),
        removed_metadata=list(inspection.removed),
        attempts=0,
    )


def report_progress(
    image: Image, so_far: Inspection | RedactedFrames, frames_inspected: int
) -> None:
    """Let the author see how far it is; nothing once the lease is no longer ours."""
    known: dict[str, Any] = {
        "frames_inspected": frames_inspected,
        "frame_count": len(so_far.frames),
    }
    if isinstance(so_far, Inspection):
        known["removed_metadata"] = list(so_far.removed)
    _ours(image).update(**known)


def _proposals(inspection: Inspection) -> list[dict[str, Any]]:
    finds = suggestions_from_boxes(inspection.boxes, len(inspection.frames))
    if len(finds) > MAX_SUGGESTIONS:
        raise FileRefused(*TOO_MUCH_TEXT)
    return finds


def _previews(inspection: Inspection, directory: Path) -> bytes:
    many = len(inspection.frames) > 1
    paths = []
    for number, frame in enumerate(inspection.frames):
        place = directory / f"preview-{number}"
        place.mkdir()
        width = _PREVIEW_WIDTH_OF_MANY if many and number else _PREVIEW_WIDTH
        paths.append(deid.render_sizes([frame], place, (width,))[0].path)
    return image_storage.pack_previews(paths)


def _redact_and_render(image: Image, directory: Path) -> None:
    """Fill in what the author accepted, look again, render the sizes members are served."""
    frames = image_storage.unpack_frames(
        image_storage.read_encrypted(image.working, image.working_key), directory
    )
    result = directory / "result"
    result.mkdir()
    accepted = redactions_from_json(image.accepted_redactions)
    boxes = boxes_on_frames(accepted, len(frames))
    redacted = deid.redact(frames, boxes, result, on_progress=partial(report_progress, image))
    missed = suggestions_from_boxes(
        undecided_boxes(image.suggested_redactions, accepted, redacted.remaining_boxes), len(frames)
    )
    if missed:
        proposed = [*image.suggested_redactions, *(found | {"again": True} for found in missed)]
        release(image, state=ImageState.AWAITING_REVIEW, suggested_redactions=proposed, attempts=0)
        return
    sizes = store_renditions(deid.render_sizes(redacted.frames, result))
    made = [("images", name) for name, _width, _height in sizes.values()]
    release_or_discard(image, made, state=ImageState.READY, renditions=sizes, attempts=0)


def store_renditions(made: Sequence[Rendition]) -> dict[str, list[Any]]:
    """Stored files by label: a width class for stills of the first frame, that and "a" for the
    animation, "f" and a number for each further frame.
    """
    sizes: dict[str, list[Any]] = {}
    for one in made:
        name = storage.store_image(one.path.read_bytes())
        sizes[_label(one)] = [name, one.width, one.height]
    return sizes


def _label(one: Rendition) -> str:
    if one.frame:
        return f"f{one.frame}"
    return str(_class_of(one.width)) + ("a" if one.animated else "")


def _class_of(width: int) -> int:
    return next(
        (limit for limit in deid.RENDITION_WIDTHS if width <= limit), deid.RENDITION_WIDTHS[-1]
    )


def release(image: Image, **changes: Any) -> bool:
    """End the lease with these changes; False, and no change, if it is no longer ours."""
    return bool(_ours(image).update(lease_until=None, **changes))


def _ours(image: Image) -> QuerySet[Image]:
    """The row, while its lease is the one we took."""
    return Image.objects.filter(pk=image.pk, lease_until=image.lease_until, state=image.state)


def release_or_discard(image: Image, made: list[image_storage.StoredFile], **changes: Any) -> None:
    try:
        kept = release(image, **changes)
    except BaseException:
        image_storage.delete_files(made)
        raise
    if not kept:
        image_storage.delete_files(made)


@transaction.atomic
def _refuse(image: Image, sentence: str, *, is_final: bool) -> None:
    """Tell the author why. A file refused for itself is deleted: trying again would not help."""
    changes: dict[str, Any] = {"state": ImageState.REFUSED, "refusal_reason": sentence}
    if is_final:
        changes |= {"original": "", "original_key": b"", "working": "", "working_key": b""}
        changes |= {"preview": "", "preview_key": b""}
    if release(image, **changes) and is_final:
        transaction.on_commit(
            partial(image_storage.delete_files, image_storage.encrypted_files(image))
        )


def _try_later(image: Image) -> None:
    """Our fault: once more after a while, three times in all."""
    if image.attempts >= MAX_ATTEMPTS:
        _refuse(image, ATTEMPTS_EXHAUSTED, is_final=False)
        return
    later = timezone.now() + _BACK_OFF[image.attempts - 1]
    waiting = ImageState.CONFIRMED if image.state == ImageState.CONFIRMED else ImageState.RECEIVED
    _ours(image).update(state=waiting, lease_until=later)


@contextmanager
def _directory() -> Iterator[Path]:
    """A private directory, gone afterwards."""
    _tidy()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as made:
        yield Path(made)


def _tidy() -> None:
    """Remove directories of workers that were killed: nobody works longer than a lease."""
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _age(old) > LEASE.total_seconds():
            shutil.rmtree(old, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
