"""What is deleted in time: originals, drafts nobody came back to, pictures of no draft."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases import files
from cases.models import Draft, Image, ImageState

ORIGINALS_KEPT = dt.timedelta(days=7)
NEVER_CLEANED = "This picture waited too long to be prepared. Please choose it again."
_AT_ONCE = 500


def forget() -> None:
    """Each row in a transaction of its own; called twice it finds nothing."""
    for key in _keys(Draft.objects.filter(expires_on__lt=timezone.localdate())):
        throw_away_draft(key)
    old = timezone.now() - ORIGINALS_KEPT
    for key in _keys(Image.objects.filter(received_at__lt=old).exclude(original="")):
        _forget_original(key)
    for key in _keys(Image.objects.filter(draft__isnull=True, case__isnull=True)):
        _delete(key)


@transaction.atomic
def throw_away_draft(draft_id: UUID) -> None:
    """Delete a draft's row and pictures, its files after the commit; harmless twice."""
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        return
    doomed = [name for image in row.images.select_for_update() for name in files.of(image)]
    row.images.all().delete()
    row.delete()
    transaction.on_commit(partial(files.delete_all, doomed))


@transaction.atomic
def _forget_original(image_id: UUID) -> None:
    image = Image.objects.select_for_update().filter(pk=image_id).first()
    if image is None:
        return
    doomed = [("quarantine", image.original)]
    image.original, image.original_key = "", b""
    if image.state in {ImageState.RECEIVED, ImageState.CLEANING}:
        image.state, image.refusal, image.lease_until = ImageState.REFUSED, NEVER_CLEANED, None
    image.save(update_fields=["original", "original_key", "state", "refusal", "lease_until"])
    transaction.on_commit(partial(files.delete_all, doomed))


@transaction.atomic
def _delete(image_id: UUID) -> None:
    """A picture whose draft is gone, as a crash between two writes may leave one."""
    orphans = Image.objects.select_for_update().filter(draft__isnull=True, case__isnull=True)
    image = orphans.filter(pk=image_id).first()
    if image is None:
        return
    doomed = files.of(image)
    image.delete()
    transaction.on_commit(partial(files.delete_all, doomed))


def _keys(rows: QuerySet[Draft] | QuerySet[Image]) -> list[UUID]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
