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

from cases import files
from cases.covers import covers_of, finds_of, on_frames, unseen
from cases.deid import images as deid
from cases.deid.errors import DeidentificationFailed, FileRefused
from cases.deid.results import Inspection, RedactedFrames, Rendition
from cases.models import Image, ImageState
from sermo.core import storage
from sermo.core.crypto import DecryptionError
from sermo.core.jobs import enqueue

# Longer than a task may run (sermo.celery, task_time_limit).
LEASE = dt.timedelta(minutes=7)
MOST_ATTEMPTS = 3
_BACK_OFF = (dt.timedelta(seconds=20), dt.timedelta(minutes=2))
_PREVIEW_WIDTH = 1280
_PREVIEW_WIDTH_OF_MANY = 480
_PREFIX = "sermo-clean-"
_DUE = (ImageState.RECEIVED, ImageState.CLEANING, ImageState.CONFIRMED)
GAVE_UP = "We could not prepare this picture after three tries. Nothing of it was shown to anyone."
LOST = "The file of this picture is no longer there. Please choose it again."
MOST_BOXES = 250
TOO_MUCH_TEXT = (
    "too_much_text",
    "This picture holds more text than one can look through. Please crop it to what matters.",
)


def due() -> Q:
    """Rows that wait for a worker, or whose worker's lease has ended."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=timezone.now())
    return Q(state__in=_DUE) & free


def sweep() -> int:
    """Queue every picture that is due; how many. Remove what a killed worker left on this disk."""
    _tidy()
    keys = list(Image.objects.filter(due()).order_by("id").values_list("pk", flat=True)[:500])
    for key in keys:
        enqueue("cases.clean_image", str(key))
    return len(keys)


def clean(image_id: UUID) -> None:
    """Do what this image waits for; nothing if somebody else has it or it waits for its author."""
    image = _claim(image_id)
    if image is None:
        return
    work = _finish if image.state == ImageState.CONFIRMED else _prepare
    try:
        with _directory() as directory:
            work(image, directory)
    except FileRefused as refusal:
        _refuse(image, refusal.sentence, is_final=True)
    except (FileNotFoundError, DecryptionError):
        _refuse(image, LOST, is_final=True)
    except (DeidentificationFailed, OSError):
        _try_later(image)


@transaction.atomic
def _claim(image_id: UUID) -> Image | None:
    image = Image.objects.select_for_update(skip_locked=True).filter(due(), pk=image_id).first()
    if image is None:
        return None
    if image.attempt >= MOST_ATTEMPTS:
        _settle(image, state=ImageState.REFUSED, refusal=GAVE_UP)
        return None
    if image.state == ImageState.RECEIVED:
        image.state = ImageState.CLEANING
    image.attempt += 1
    image.lease_until = timezone.now() + LEASE
    image.looked = None
    image.save(update_fields=["state", "attempt", "lease_until", "looked"])
    return image


def _prepare(image: Image, directory: Path) -> None:
    """Decode, write anew, propose boxes; keep working copy and preview closed for the author."""
    source = directory / "source"
    source.write_bytes(files.get_closed(image.original, image.original_key))
    frames = directory / "frames"
    frames.mkdir()
    inspection = deid.inspect(source, frames, on_progress=partial(_tell, image))
    working, working_key = files.put_closed(files.pack_frames(inspection.frames))
    preview, preview_key = files.put_closed(_previews(inspection, directory))
    made = [("quarantine", working), ("quarantine", preview)]
    _settle_or_discard(
        image,
        made,
        state=ImageState.LOOK,
        working=working,
        working_key=working_key,
        preview=preview,
        preview_key=preview_key,
        width=inspection.width,
        height=inspection.height,
        frames=len(inspection.frames),
        proposed_boxes=_proposals(inspection),
        removed=list(inspection.removed),
        attempt=0,
    )


def _tell(image: Image, so_far: Inspection | RedactedFrames, looked: int) -> None:
    """Let the author see how far it is; nothing once the lease is no longer ours."""
    known: dict[str, Any] = {"looked": looked, "frames": len(so_far.frames)}
    if isinstance(so_far, Inspection):
        known["removed"] = list(so_far.removed)
    _ours(image).update(**known)


def _proposals(inspection: Inspection) -> list[dict[str, Any]]:
    finds = finds_of(inspection.boxes, len(inspection.frames))
    if len(finds) > MOST_BOXES:
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
    return files.pack_previews(paths)


def _finish(image: Image, directory: Path) -> None:
    """Fill in what the author accepted, look again, render the sizes members are served."""
    frames = files.unpack_frames(files.get_closed(image.working, image.working_key), directory)
    result = directory / "result"
    result.mkdir()
    accepted = covers_of(image.accepted_boxes)
    boxes = on_frames(accepted, len(frames))
    burned = deid.redact(frames, boxes, result, on_progress=partial(_tell, image))
    missed = finds_of(unseen(image.proposed_boxes, accepted, burned.remaining_boxes), len(frames))
    if missed:
        proposed = [*image.proposed_boxes, *(found | {"again": True} for found in missed)]
        _settle(image, state=ImageState.LOOK, proposed_boxes=proposed, attempt=0)
        return
    sizes = store(deid.render_sizes(burned.frames, result))
    made = [("images", name) for name, _width, _height in sizes.values()]
    _settle_or_discard(image, made, state=ImageState.READY, sizes=sizes, attempt=0)


def store(made: Sequence[Rendition]) -> dict[str, list[Any]]:
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


def _settle(image: Image, **changes: Any) -> bool:
    """End the lease with these changes; False, and no change, if it is no longer ours."""
    return bool(_ours(image).update(lease_until=None, **changes))


def _ours(image: Image) -> QuerySet[Image]:
    """The row, while its lease is the one we took."""
    return Image.objects.filter(pk=image.pk, lease_until=image.lease_until, state=image.state)


def _settle_or_discard(image: Image, made: list[files.Stored], **changes: Any) -> None:
    try:
        kept = _settle(image, **changes)
    except BaseException:
        files.delete_all(made)
        raise
    if not kept:
        files.delete_all(made)


@transaction.atomic
def _refuse(image: Image, sentence: str, *, is_final: bool) -> None:
    """Tell the author why. A file refused for itself is deleted: trying again would not help."""
    changes: dict[str, Any] = {"state": ImageState.REFUSED, "refusal": sentence}
    if is_final:
        changes |= {"original": "", "original_key": b"", "working": "", "working_key": b""}
        changes |= {"preview": "", "preview_key": b""}
    if _settle(image, **changes) and is_final:
        transaction.on_commit(partial(files.delete_all, files.closed_of(image)))


def _try_later(image: Image) -> None:
    """Our fault: once more after a while, three times in all."""
    if image.attempt >= MOST_ATTEMPTS:
        _refuse(image, GAVE_UP, is_final=False)
        return
    later = timezone.now() + _BACK_OFF[image.attempt - 1]
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
