"""A moderator's look at a picture: asked for by removals or low confidence, claimed, decided.

A picture that waits is shown to nobody but its author and the moderators. Its case may be published
meanwhile; the picture joins it once it is approved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases import drafting
from cases.covers import Cover
from cases.errors import OwnPicture, ReviewClaimed, ReviewDecided
from cases.models import Image, ImageState, PictureReview, Review
from cases.policies import is_author
from cases.removals import Removal, is_unsure
from cases.services.rendering import requeue
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.members.viewer import Viewer

CLAIMED_FOR = dt.timedelta(minutes=10)
UNDO_WITHIN = dt.timedelta(seconds=60)
_DECIDED = (Review.APPROVED, Review.RETURNED, Review.REFUSED)


def ask_review(*, image: Image, removals: Sequence[Removal]) -> None:
    """In the author's transaction: ask a moderator, or no longer; what was sent back comes again.

    The caller saves `image.review`.
    """
    unsure = is_unsure(image.proposed_boxes)
    if not (removals or unsure or image.review == Review.RETURNED):
        PictureReview.objects.filter(image=image).delete()
        image.review = Review.NONE
        return
    image.review = Review.WAITING
    asked = {
        "removals": [removal.as_json() for removal in removals],
        "is_unsure": unsure,
        # The hour, as for everything that could date an anonymous author's sitting.
        "asked_at": timezone.now().replace(minute=0, second=0, microsecond=0),
    }
    PictureReview.objects.update_or_create(image=image, defaults=asked | _UNDECIDED)


_UNDECIDED: dict[str, Any] = {
    "claimed_by": None,
    "claimed_until": None,
    "decided_by": None,
    "decided_at": None,
    "note": "",
}


@transaction.atomic
def claim_review(*, moderator: Viewer, image: Image) -> PictureReview:
    """Ten minutes alone with it; again by the same moderator, ten more.

    Raises `OwnPicture`, `ReviewClaimed`.
    """
    _refuse_own(moderator, image)
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    mine = PictureReview.objects.filter(free | Q(claimed_by=moderator.member), image=image)
    if not mine.update(claimed_by=moderator.member, claimed_until=now + CLAIMED_FOR):
        raise ReviewClaimed
    return PictureReview.objects.get(image=image)


@transaction.atomic
def release_review(*, moderator: Viewer, image: Image) -> None:
    """Let others have it; harmless where it is not held."""
    held = PictureReview.objects.filter(image=image, claimed_by=moderator.member)
    held.update(claimed_by=None, claimed_until=None)


@transaction.atomic
def approve_picture(*, moderator: Viewer, image: Image) -> None:
    """It may be shown as its author wants it. Raises `ReviewDecided`, and as `claim_review`."""
    if locked := _undecided(moderator, image, Review.APPROVED):
        _decide(moderator, locked, Review.APPROVED, "")


@transaction.atomic
def box_picture(*, moderator: Viewer, image: Image, boxes: Sequence[Cover]) -> None:
    """Black out these instead, then show it; what a second look finds comes back to the queue."""
    locked = _undecided(moderator, image, Review.BOXED)
    if locked is None:
        return
    accepted = [box.as_json() for box in boxes]
    if accepted == locked.accepted_boxes and locked.state == ImageState.READY:
        _decide(moderator, locked, Review.APPROVED, "")
        return
    _decide(moderator, locked, Review.BOXED, "")
    requeue(image=locked, accepted=accepted)


@transaction.atomic
def return_picture(*, moderator: Viewer, image: Image, note: str) -> None:
    """Back to the author, with a sentence; nobody else sees it meanwhile."""
    if locked := _undecided(moderator, image, Review.RETURNED):
        _decide(moderator, locked, Review.RETURNED, note)
        locked.state = ImageState.LOOK
        locked.save(update_fields=["state"])


@transaction.atomic
def refuse_picture(*, moderator: Viewer, image: Image, note: str) -> None:
    """It will not be shown; its files go once nobody can undo this (cases.forgetting)."""
    if locked := _undecided(moderator, image, Review.REFUSED):
        _decide(moderator, locked, Review.REFUSED, note)


@transaction.atomic
def undo_decision(*, moderator: Viewer, image: Image) -> bool:
    """Take back one's own decision within a minute; False where it is too late."""
    locked = Image.objects.select_for_update().get(pk=image.pk)
    review = PictureReview.objects.filter(
        image=locked,
        decided_by=moderator.member,
        decided_at__gt=timezone.now() - UNDO_WITHIN,
    )
    if locked.review not in _DECIDED or not review.exists():
        return False
    if locked.review == Review.RETURNED:
        if locked.state != ImageState.LOOK or not locked.sizes:
            return False
        locked.state = ImageState.READY
    locked.review = Review.WAITING
    locked.save(update_fields=["review", "state"])
    review.update(decided_by=None, decided_at=None, note="")
    _record(moderator, locked)
    return True


def _undecided(moderator: Viewer, image: Image, wish: Review) -> Image | None:
    """The locked row while it waits; None where this moderator has already done just that."""
    locked = Image.objects.select_for_update().get(pk=image.pk)
    review = claim_review(moderator=moderator, image=locked)
    again = locked.review == Review.BOXED and locked.state in {ImageState.LOOK, ImageState.REFUSED}
    if locked.review == Review.WAITING or again:
        return locked
    if locked.review == wish and review.decided_by_id == moderator.member.pk:
        return None
    raise ReviewDecided


def _decide(moderator: Viewer, image: Image, outcome: Review, note: str) -> None:
    image.review = outcome
    image.save(update_fields=["review"])
    PictureReview.objects.filter(image=image).update(
        decided_by=moderator.member,
        decided_at=timezone.now(),
        claimed_by=None,
        claimed_until=None,
        note=note,
    )
    _record(moderator, image)


def _record(moderator: Viewer, image: Image) -> None:
    record_audit_event(
        AuditAction.PICTURE_REVIEWED,
        store="community",
        actor=f"member:{moderator.member.pk}",
        target=f"picture:{image.pk}",
        reason=image.review,
    )


def _refuse_own(moderator: Viewer, image: Image) -> None:
    if image.draft is not None and drafting.is_owner(moderator, image.draft):
        raise OwnPicture
    if image.case is not None and is_author(moderator, image.case):
        raise OwnPicture
