"""What is deleted in time: originals, drafts nobody came back to, pictures of no draft."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from cases import files
from cases.models import Draft, Image, ImageState, Review

ORIGINALS_KEPT = dt.timedelta(days=7)
# Longer than a moderator's undo (cases.services.reviews).
DECISIONS_SETTLE = dt.timedelta(minutes=5)
NEVER_DECIDED = "No moderator looked at this picture within seven days; it was not shown."
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
    close_reviews()


def close_reviews() -> None:
    """Pictures of published cases: nobody decided within seven days, or nobody can undo it."""
    published = Image.objects.filter(case__isnull=False)
    old = timezone.now() - ORIGINALS_KEPT
    late = published.filter(review__in=[Review.WAITING, Review.RETURNED, Review.BOXED])
    late = late.filter(picture_review__asked_at__lt=old).exclude(working="")
    late.exclude(review=Review.BOXED, state=ImageState.READY).update(
        review=Review.REFUSED, state=ImageState.REFUSED, refusal=NEVER_DECIDED
    )
    settled = published.exclude(working="").filter(
        Q(review__in=[Review.APPROVED, Review.REFUSED])
        | Q(review=Review.BOXED, state=ImageState.READY)
    )
    for key in _keys(settled.filter(_cannot_be_undone())):
        _close_review(key)


def _cannot_be_undone() -> Q:
    a_while_ago = timezone.now() - DECISIONS_SETTLE
    decided = Q(picture_review__decided_at__lt=a_while_ago)
    return decided | Q(picture_review__decided_at__isnull=True)


@transaction.atomic
def _close_review(image_id: UUID) -> None:
    """The working copy goes; of a refused picture everything."""
    image = Image.objects.select_for_update().filter(pk=image_id, case__isnull=False).first()
    if image is None:
        return
    doomed = files.closed_of(image)
    for name in ("original", "working", "preview"):
        setattr(image, name, "")
        setattr(image, f"{name}_key", b"")
    if image.review == Review.REFUSED:
        doomed += files.rendered_of(image)
        image.sizes = {}
    image.save()
    transaction.on_commit(partial(files.delete_all, doomed))


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
