"""Delete what has reached the end of its retention: originals, drafts, orphaned pictures."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.imaging import storage as image_storage
from cases.models import Draft, Image, ImageState, ModerationStatus
from cases.services.drafts import delete_draft_rows

ORIGINAL_RETENTION = dt.timedelta(days=7)
# Longer than the time in which a moderator can undo (cases.services.image_moderation.UNDO_WITHIN).
UNDO_GRACE = dt.timedelta(minutes=5)
NEVER_DECIDED = "No moderator looked at this picture within seven days; it was not shown."
NEVER_PROCESSED = "This picture waited too long to be prepared. Please choose it again."
_BATCH_SIZE = 500


def purge() -> None:
    """Delete everything that is due. Each row in its own transaction; safe to run twice."""
    for key in _keys(Draft.objects.filter(expires_on__lt=timezone.localdate())):
        delete_draft_rows(key)
    cutoff = timezone.now() - ORIGINAL_RETENTION
    for key in _keys(Image.objects.filter(received_at__lt=cutoff).exclude(original="")):
        _delete_original(key)
    for key in _keys(Image.objects.filter(draft__isnull=True, case__isnull=True)):
        _delete_orphan(key)
    purge_moderated_images()


def purge_moderated_images() -> None:
    """Delete working copies of published pictures once the decision can no longer be undone.

    A picture that no moderator decided about within seven days is refused.
    """
    published = Image.objects.filter(case__isnull=False).exclude(working="")
    undecided = [ModerationStatus.WAITING, ModerationStatus.RETURNED, ModerationStatus.REDACTED]
    cutoff = timezone.now() - ORIGINAL_RETENTION
    expired = published.filter(moderation_status__in=undecided, moderation__requested_at__lt=cutoff)
    expired.exclude(moderation_status=ModerationStatus.REDACTED, state=ImageState.READY).update(
        moderation_status=ModerationStatus.REFUSED,
        state=ImageState.REFUSED,
        refusal_reason=NEVER_DECIDED,
    )
    decided = published.filter(
        Q(moderation_status__in=[ModerationStatus.APPROVED, ModerationStatus.REFUSED])
        | Q(moderation_status=ModerationStatus.REDACTED, state=ImageState.READY)
    )
    for key in _keys(decided.filter(_cannot_be_undone())):
        _delete_working_copies(key)


def _cannot_be_undone() -> Q:
    cutoff = timezone.now() - UNDO_GRACE
    return Q(moderation__decided_at__lt=cutoff) | Q(moderation__decided_at__isnull=True)


@transaction.atomic
def _delete_working_copies(image_id: UUID) -> None:
    """Delete the encrypted files of a picture, and all its files if it was refused."""
    image = Image.objects.select_for_update().filter(pk=image_id, case__isnull=False).first()
    if image is None:
        return
    files = image_storage.encrypted_files(image)
    for name in ("original", "working", "preview"):
        setattr(image, name, "")
        setattr(image, f"{name}_key", b"")
    if image.moderation_status == ModerationStatus.REFUSED:
        files += image_storage.rendered_files(image)
        image.renditions = {}
    image.save()
    transaction.on_commit(partial(image_storage.delete_files, files))


@transaction.atomic
def _delete_original(image_id: UUID) -> None:
    """Delete the original. A picture that was not processed by then is refused."""
    image = Image.objects.select_for_update().filter(pk=image_id).first()
    if image is None:
        return
    files = [("quarantine", image.original)]
    image.original, image.original_key = "", b""
    if image.state in {ImageState.RECEIVED, ImageState.PROCESSING}:
        image.state, image.refusal_reason = ImageState.REFUSED, NEVER_PROCESSED
        image.lease_until = None
    image.save(update_fields=["original", "original_key", "state", "refusal_reason", "lease_until"])
    transaction.on_commit(partial(image_storage.delete_files, files))


@transaction.atomic
def _delete_orphan(image_id: UUID) -> None:
    """Delete a picture without draft and case; a crash between two writes can leave one."""
    orphans = Image.objects.select_for_update().filter(draft__isnull=True, case__isnull=True)
    image = orphans.filter(pk=image_id).first()
    if image is None:
        return
    files = image_storage.all_files(image)
    image.delete()
    transaction.on_commit(partial(image_storage.delete_files, files))


def _keys(rows: QuerySet[Draft] | QuerySet[Image]) -> list[UUID]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH_SIZE])
