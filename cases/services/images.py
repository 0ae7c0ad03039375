"""What an author does with pictures: upload, confirm, describe, order, remove, try again."""

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
    UnreadableImage,
)
from cases.imaging import storage as image_storage
from cases.imaging.kept_findings import KeptFinding, suggestions_left_visible
from cases.imaging.redactions import Redaction
from cases.imaging.worker import PROCESS_TASK
from cases.models import Draft, Image, ImageState
from cases.policies import can_retry
from cases.services.image_moderation import request_moderation
from cases.services.image_queue import queue_image, render_again
from sermo.core import coarse
from sermo.core.filetypes import picture_format
from sermo.core.jobs import enqueue
from sermo.core.quotas import UPLOADS
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer

MAX_IMAGES = 12


def receive_image(
    *, viewer: Viewer, draft: DecryptedDraft, upload: bytes, idempotency_key: UUID
) -> Image:
    """Encrypt the upload into quarantine and queue it for processing.

    The same idempotency key and bytes return the same picture. Raises `UnreadableImage`,
    `ImageTooLarge`, `TooManyImages`, `QuotaReached`, `DraftNotFound`.
    """
    if len(upload) > settings.MAX_IMAGE_BYTES:
        raise ImageTooLarge
    if picture_format(upload) is None:
        raise UnreadableImage
    key = _upload_key(viewer, draft, upload, idempotency_key)
    existing = Image.objects.filter(idempotency_key=key).first()
    if existing is not None:
        return existing
    spend_quota(viewer=viewer, quota=UPLOADS)
    return _store(draft, upload, key)


def _store(draft: DecryptedDraft, upload: bytes, key: UUID) -> Image:
    name, wrapped_key = image_storage.write_encrypted(upload)
    try:
        with transaction.atomic():
            image = _create_row(draft.id, name, wrapped_key, key)
            enqueue(PROCESS_TASK, str(image.pk))
    except IntegrityError:  # the same upload arrived twice at once
        image_storage.delete_files([("quarantine", name)])
        return Image.objects.get(idempotency_key=key)
    except (DraftNotFound, TooManyImages):
        image_storage.delete_files([("quarantine", name)])
        raise
    return image


def _create_row(draft_id: UUID, name: str, wrapped_key: bytes, key: UUID) -> Image:
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
        original_key=wrapped_key,
        # The hour is exact enough for retention, and does not show when the author was at work.
        received_at=coarse.to_hour(timezone.now()),
        idempotency_key=key,
    )


def _upload_key(viewer: Viewer, draft: DecryptedDraft, upload: bytes, key: UUID) -> UUID:
    """Keyed by the member secret, so the row does not tell which file was uploaded."""
    digest = hashlib.sha256(upload).hexdigest()
    scope = f"upload:{draft.id.hex}:{key.hex}:{digest}"
    return UUID(bytes=viewer.pseudonym(scope), version=4)


@transaction.atomic
def describe_image(*, image: Image, caption: str, alt: str, is_sensitive: bool) -> None:
    """Save the caption, the alternative text and whether the picture is sensitive."""
    Image.objects.filter(pk=image.pk).update(caption=caption, alt=alt, is_sensitive=is_sensitive)


@transaction.atomic
def confirm_image(
    *,
    image: Image,
    redactions: Sequence[Redaction],
    kept_findings: Sequence[KeptFinding] | None = None,
) -> Image:
    """The author has reviewed the picture: redact and render it.

    A moderator must approve suggestions that are left visible; `kept_findings` holds them with the
    author's reasons, by default without reasons. The same redactions again change nothing.
    Raises `ImageBusy` before the picture can be reviewed.
    """
    image = Image.objects.select_for_update().get(pk=image.pk)
    accepted = [redaction.as_json() for redaction in redactions]
    is_confirmed = image.state in {ImageState.CONFIRMED, ImageState.READY}
    if is_confirmed and accepted == image.accepted_redactions:
        return image
    if image.state not in {ImageState.AWAITING_REVIEW, ImageState.READY} or not image.working:
        raise ImageBusy
    if kept_findings is None:
        left_visible = suggestions_left_visible(image.suggested_redactions, redactions)
        kept_findings = [KeptFinding(suggestion) for _n, suggestion in left_visible]
    request_moderation(image=image, kept_findings=kept_findings)
    render_again(image=image, accepted_redactions=accepted)
    return image


@transaction.atomic
def retry_image(*, image: Image) -> Image:
    """Process again what failed on our side. A file that was itself refused stays refused."""
    image = Image.objects.select_for_update().get(pk=image.pk)
    if not can_retry(image):
        return image
    queue_image(image, ImageState.CONFIRMED if image.working else ImageState.RECEIVED)
    image.save(update_fields=["state", "attempts", "lease_until", "refusal_reason"])
    return image


@transaction.atomic
def remove_image(*, image: Image) -> None:
    """Delete the picture and its files, also while a worker processes it. Safe to call twice."""
    row = Image.objects.select_for_update().filter(pk=image.pk, case__isnull=True).first()
    if row is None:
        return
    files = image_storage.all_files(row)
    row.delete()
    transaction.on_commit(partial(image_storage.delete_files, files))


@transaction.atomic
def move_image(*, draft: DecryptedDraft, image: Image, by: int) -> None:
    """Move the picture up (-1) or down (1) by one position."""
    rows = list(Image.objects.select_for_update().filter(draft_id=draft.id))
    old_index = next((n for n, row in enumerate(rows) if row.pk == image.pk), None)
    if old_index is None:
        return
    new_index = min(max(old_index + by, 0), len(rows) - 1)
    rows.insert(new_index, rows.pop(old_index))
    for position, row in enumerate(rows):
        row.position = position
    Image.objects.bulk_update(rows, ["position"])
