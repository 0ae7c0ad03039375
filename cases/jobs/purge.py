"""What is deleted in time: originals, drafts nobody came back to, pictures of no draft."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.imaging import storage as image_storage
from cases.models import Draft, Image, ImageState, ModerationStatus

ORIGINAL_RETENTION = dt.timedelta(days=7)
# Longer than a moderator's undo (cases.services.image_moderation).
UNDO_GRACE = dt.timedelta(minutes=5)
NEVER_DECIDED = "No moderator looked at this picture within seven days; it was not shown."
NEVER_CLEANED = "This picture waited too long to be prepared. Please choose it again."
_AT_ONCE = 500


def purge() -> None:
    """Each row in a transaction of its own; called twice it finds nothing."""
    for key in _keys(Draft.objects.filter(expires_on__lt=timezone.localdate())):
        delete_draft_rows(key)
    old = timezone.now() - ORIGINAL_RETENTION
    for key in _keys(Image.objects.filter(received_at__lt=old).exclude(original="")):
        _forget_original(key)
    for key in _keys(Image.objects.filter(draft__isnull=True, case__isnull=True)):
        _delete(key)
    purge_moderated_images()


def purge_moderated_images() -> None:
    """Pictures of published cases: nobody decided within seven days, or nobody can undo it."""
    published = Image.objects.filter(case__isnull=False)
    old = timezone.now() - ORIGINAL_RETENTION
    late = published.filter(
        moderation_status__in=[
            ModerationStatus.WAITING,
            ModerationStatus.RETURNED,
            ModerationStatus.REDACTED,
        ]
    )
    late = late.filter(moderation__requested_at__lt=old).exclude(working="")
    late.exclude(moderation_status=ModerationStatus.REDACTED, state=ImageState.READY).update(
        moderation_status=ModerationStatus.REFUSED,
        state=ImageState.REFUSED,
        refusal_reason=NEVER_DECIDED,
    )
    settled = published.exclude(working="").filter(
        Q(moderation_status__in=[ModerationStatus.APPROVED, ModerationStatus.REFUSED])
        | Q(moderation_status=ModerationStatus.REDACTED, state=ImageState.READY)
    )
    for key in _keys(settled.filter(_cannot_be_undone())):
        _close_review(key)


def _cannot_be_undone() -> Q:
    a_while_ago = timezone.now() - UNDO_GRACE
    decided = Q(moderation__decided_at__lt=a_while_ago)
    return decided | Q(moderation__decided_at__isnull=True)


@transaction.atomic
def _close_review(image_id: UUID) -> None:
    """The working copy goes; of a refused picture everything."""
    image = Image.objects.select_for_update().filter(pk=image_id, case__isnull=False).first()
    if image is None:
        return
    doomed = image_storage.encrypted_files(image)
    for name in ("original", "working", "preview"):
        setattr(image, name, "")
        setattr(image, f"{name}_key", b"")
    if image.moderation_status == ModerationStatus.REFUSED:
        doomed += image_storage.rendered_files(image)
        image.renditions = {}
    image.save()
    transaction.on_commit(partial(image_storage.delete_files, doomed))


@transaction.atomic
def delete_draft_rows(draft_id: UUID) -> None:
    """Delete a draft's row and pictures, its files after the commit; harmless twice."""
    row = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if row is None:
        return
    doomed = [
        name for image in row.images.select_for_update() for name in image_storage.all_files(image)
    ]
    row.images.all().delete()
    row.delete()
    transaction.on_commit(partial(image_storage.delete_files, doomed))


@transaction.atomic
def _forget_original(image_id: UUID) -> None:
    image = Image.objects.select_for_update().filter(pk=image_id).first()
    if image is None:
        return
    doomed = [("quarantine", image.original)]
    image.original, image.original_key = "", b""
    if image.state in {ImageState.RECEIVED, ImageState.PROCESSING}:
        image.state, image.refusal_reason, image.lease_until = (
            ImageState.REFUSED,
            NEVER_CLEANED,
            None,
        )
    image.save(update_fields=["original", "original_key", "state", "refusal_reason", "lease_until"])
    transaction.on_commit(partial(image_storage.delete_files, doomed))


@transaction.atomic
def _delete(image_id: UUID) -> None:
    """A picture whose draft is gone, as a crash between two writes may leave one."""
    orphans = Image.objects.select_for_update().filter(draft__isnull=True, case__isnull=True)
    image = orphans.filter(pk=image_id).first()
    if image is None:
        return
    doomed = image_storage.all_files(image)
    image.delete()
    transaction.on_commit(partial(image_storage.delete_files, doomed))


def _keys(rows: QuerySet[Draft] | QuerySet[Image]) -> list[UUID]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
