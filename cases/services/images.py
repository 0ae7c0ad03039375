"""What an author does with pictures: send, look, confirm, order, remove, try again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from cases.drafts.encryption import DecryptedDraft
from cases.errors import (
    DraftNotFound,
    ImageBusy,
    ImageTooLarge,
    TooManyImages,
    TooManyUploads,
    UnreadableImage,
)
from cases.imaging import storage as image_storage
from cases.imaging.kept_findings import KeptFinding, suggestions_left_visible
from cases.imaging.redactions import Redaction
from cases.models import Draft, Image, ImageState
from cases.services import image_moderation
from cases.services.image_queue import PROCESS_TASK, queue, requeue
from sermo.core import coarse
from sermo.core.filetypes import picture_format
from sermo.core.http import within_rate
from sermo.core.jobs import enqueue
from sermo.members.viewer import Viewer

MAX_IMAGES = 12
_UPLOADS_AN_HOUR = 60


def receive_image(
    *, viewer: Viewer, draft: DecryptedDraft, upload: bytes, idempotency_key: UUID
) -> Image:
    """Put the bytes into quarantine and have them cleaned. The same key and bytes: the same image.

    Raises `NotAPicture`, `PictureTooLarge`, `TooManyPictures`, `TooManyUploads`, `DraftGone`.
    """
    if len(upload) > settings.MAX_IMAGE_BYTES:
        raise ImageTooLarge
    if picture_format(upload) is None:
        raise UnreadableImage
    key = _upload_key(viewer, draft, upload, idempotency_key)
    existing = Image.objects.filter(idempotency_key=key).first()
    if existing is not None:
        return existing
    if not within_rate("upload", draft.public_id, limit=_UPLOADS_AN_HOUR, seconds=3600):
        raise TooManyUploads
    return _keep(draft, upload, key)


def _keep(draft: DecryptedDraft, upload: bytes, key: UUID) -> Image:
    name, wrapped = image_storage.write_encrypted(upload)
    try:
        with transaction.atomic():
            image = _insert(draft.id, name, wrapped, key)
            enqueue(PROCESS_TASK, str(image.pk))
    except IntegrityError:
        image_storage.delete_files([("quarantine", name)])  # the same upload came twice at once
        return Image.objects.get(idempotency_key=key)
    except (DraftNotFound, TooManyImages):
        image_storage.delete_files([("quarantine", name)])
        raise
    return image


def _insert(draft_id: UUID, name: str, wrapped: bytes, key: UUID) -> Image:
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        raise DraftNotFound
    if row.images.count() >= MAX_IMAGES:
        raise TooManyImages
    last = row.images.aggregate(last=Max("position"))["last"]
    return Image.objects.create(
        draft=row,
        position=0 if last is None else last + 1,
        original=name,
        original_key=wrapped,
        # The hour is enough to delete by, and tells nothing of an anonymous author's day.
        received_at=coarse.to_hour(timezone.now()),
        idempotency_key=key,
    )


def _upload_key(viewer: Viewer, draft: DecryptedDraft, upload: bytes, key: UUID) -> UUID:
    """Keyed by the member secret: a row says nothing of which file it once was."""
    digest = hashlib.sha256(upload).hexdigest()
    scope = f"upload:{draft.id.hex}:{key.hex}:{digest}"
    return UUID(bytes=viewer.pseudonym(scope), version=4)


@transaction.atomic
def describe_image(*, image: Image, caption: str, alt: str, is_sensitive: bool) -> None:
    """What is said with the picture."""
    Image.objects.filter(pk=image.pk).update(caption=caption, alt=alt, is_sensitive=is_sensitive)


@transaction.atomic
def confirm_image(
    *, image: Image, boxes: Sequence[Redaction], kept_findings: Sequence[KeptFinding] | None = None
) -> Image:
    """The author has looked: fill in these boxes and render. Finds left out go to a moderator too,
    with the reasons in `kept_findings`. Raises `PictureBusy` before there is anything to look at.
    """
    image = Image.objects.select_for_update().get(pk=image.pk)
    accepted = [box.as_json() for box in boxes]
    if kept_findings is None:
        kept_findings = [
            KeptFinding(box)
            for _n, box in suggestions_left_visible(image.suggested_redactions, boxes)
        ]
    if (
        image.state in {ImageState.CONFIRMED, ImageState.READY}
        and accepted == image.accepted_redactions
    ):
        return image
    if image.state not in {ImageState.AWAITING_REVIEW, ImageState.READY} or not image.working:
        raise ImageBusy
    image_moderation.request_moderation(image=image, kept_findings=kept_findings)
    requeue(image=image, accepted=accepted)
    return image


@transaction.atomic
def retry_image(*, image: Image) -> Image:
    """Try again what failed on our side; a file that was refused for itself stays refused."""
    image = Image.objects.select_for_update().get(pk=image.pk)
    if image.state != ImageState.REFUSED or not can_retry(image):
        return image
    queue(image, ImageState.CONFIRMED if image.working else ImageState.RECEIVED)
    image.save(update_fields=["state", "attempts", "lease_until", "refusal_reason"])
    return image


def can_retry(image: Image) -> bool:
    return bool(image.state == ImageState.REFUSED and (image.working or image.original))


@transaction.atomic
def remove_image(*, image: Image) -> None:
    """Delete the picture and its files; harmless twice, and while a worker has it."""
    row = Image.objects.select_for_update().filter(pk=image.pk, case__isnull=True).first()
    if row is None:
        return
    doomed = image_storage.all_files(row)
    row.delete()
    transaction.on_commit(partial(image_storage.delete_files, doomed))


@transaction.atomic
def move_image(*, draft: DecryptedDraft, image: Image, by: int) -> None:
    """One place up (-1) or down (1)."""
    rows = list(Image.objects.select_for_update().filter(draft_id=draft.id))
    here = next((place for place, row in enumerate(rows) if row.pk == image.pk), None)
    if here is None:
        return
    there = min(max(here + by, 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))
    for position, row in enumerate(rows):
        row.position = position
    Image.objects.bulk_update(rows, ["position"])
