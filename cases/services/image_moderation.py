"""A moderator's look at a picture: asked for by kept_findings or low confidence, claimed, decided.

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

from cases.drafts import encryption
from cases.errors import ModerationClaimed, ModerationDecided, OwnImage
from cases.imaging.kept_findings import KeptFinding, has_low_confidence
from cases.imaging.redactions import Redaction
from cases.models import Image, ImageModeration, ImageState, ModerationStatus
from cases.policies import is_author
from cases.services.image_queue import requeue
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import coarse
from sermo.members.viewer import Viewer

CLAIM_DURATION = dt.timedelta(minutes=10)
UNDO_WITHIN = dt.timedelta(seconds=60)
_DECIDED = (ModerationStatus.APPROVED, ModerationStatus.RETURNED, ModerationStatus.REFUSED)


def request_moderation(*, image: Image, kept_findings: Sequence[KeptFinding]) -> None:
    """In the author's transaction: ask a moderator, or no longer; what was sent back comes again.

    The caller saves `image.review`.
    """
    unsure = has_low_confidence(image.suggested_redactions)
    if not (kept_findings or unsure or image.moderation_status == ModerationStatus.RETURNED):
        ImageModeration.objects.filter(image=image).delete()
        image.moderation_status = ModerationStatus.NOT_REQUIRED
        return
    image.moderation_status = ModerationStatus.WAITING
    asked = {
        "kept_findings": [removal.as_json() for removal in kept_findings],
        "is_low_confidence": unsure,
        # The hour, as for everything that could date an anonymous author's sitting.
        "requested_at": coarse.to_hour(timezone.now()),
    }
    ImageModeration.objects.update_or_create(image=image, defaults=asked | _UNDECIDED)


_UNDECIDED: dict[str, Any] = {
    "claimed_by": None,
    "claimed_until": None,
    "decided_by": None,
    "decided_at": None,
    "note": "",
}


@transaction.atomic
def claim_image(*, moderator: Viewer, image: Image) -> ImageModeration:
    """Ten minutes alone with it; again by the same moderator, ten more.

    Raises `OwnPicture`, `ReviewClaimed`.
    """
    _refuse_own(moderator, image)
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    mine = ImageModeration.objects.filter(free | Q(claimed_by=moderator.member), image=image)
    if not mine.update(claimed_by=moderator.member, claimed_until=now + CLAIM_DURATION):
        raise ModerationClaimed
    return ImageModeration.objects.get(image=image)


@transaction.atomic
def release_claim(*, moderator: Viewer, image: Image) -> None:
    """Let others have it; harmless where it is not held."""
    held = ImageModeration.objects.filter(image=image, claimed_by=moderator.member)
    held.update(claimed_by=None, claimed_until=None)


@transaction.atomic
def approve_image(*, moderator: Viewer, image: Image) -> None:
    """It may be shown as its author wants it. Raises `ReviewDecided`, and as `claim_review`."""
    if locked := _undecided(moderator, image, ModerationStatus.APPROVED):
        _decide(moderator, locked, ModerationStatus.APPROVED, "")


@transaction.atomic
def redact_image(*, moderator: Viewer, image: Image, boxes: Sequence[Redaction]) -> None:
    """Black out these instead, then show it; what a second look finds comes back to the queue."""
    locked = _undecided(moderator, image, ModerationStatus.REDACTED)
    if locked is None:
        return
    accepted = [box.as_json() for box in boxes]
    if accepted == locked.accepted_redactions and locked.state == ImageState.READY:
        _decide(moderator, locked, ModerationStatus.APPROVED, "")
        return
    _decide(moderator, locked, ModerationStatus.REDACTED, "")
    requeue(image=locked, accepted=accepted)


@transaction.atomic
def return_image(*, moderator: Viewer, image: Image, note: str) -> None:
    """Back to the author, with a sentence; nobody else sees it meanwhile."""
    if locked := _undecided(moderator, image, ModerationStatus.RETURNED):
        _decide(moderator, locked, ModerationStatus.RETURNED, note)
        locked.state = ImageState.AWAITING_REVIEW
        locked.save(update_fields=["state"])


@transaction.atomic
def refuse_image(*, moderator: Viewer, image: Image, note: str) -> None:
    """It will not be shown; its files go once nobody can undo this (cases.jobs.purge)."""
    if locked := _undecided(moderator, image, ModerationStatus.REFUSED):
        _decide(moderator, locked, ModerationStatus.REFUSED, note)


@transaction.atomic
def undo_decision(*, moderator: Viewer, image: Image) -> bool:
    """Take back one's own decision within a minute; False where it is too late."""
    locked = Image.objects.select_for_update().get(pk=image.pk)
    review = ImageModeration.objects.filter(
        image=locked,
        decided_by=moderator.member,
        decided_at__gt=timezone.now() - UNDO_WITHIN,
    )
    if locked.moderation_status not in _DECIDED or not review.exists():
        return False
    if locked.moderation_status == ModerationStatus.RETURNED:
        if locked.state != ImageState.AWAITING_REVIEW or not locked.renditions:
            return False
        locked.state = ImageState.READY
    locked.moderation_status = ModerationStatus.WAITING
    locked.save(update_fields=["moderation_status", "state"])
    review.update(decided_by=None, decided_at=None, note="")
    _record(moderator, locked)
    return True


def _undecided(moderator: Viewer, image: Image, wish: ModerationStatus) -> Image | None:
    """The locked row while it waits; None where this moderator has already done just that."""
    locked = Image.objects.select_for_update().get(pk=image.pk)
    review = claim_image(moderator=moderator, image=locked)
    again = locked.moderation_status == ModerationStatus.REDACTED and locked.state in {
        ImageState.AWAITING_REVIEW,
        ImageState.REFUSED,
    }
    if locked.moderation_status == ModerationStatus.WAITING or again:
        return locked
    if locked.moderation_status == wish and review.decided_by_id == moderator.member.pk:
        return None
    raise ModerationDecided


def _decide(moderator: Viewer, image: Image, outcome: ModerationStatus, note: str) -> None:
    image.moderation_status = outcome
    image.save(update_fields=["moderation_status"])
    ImageModeration.objects.filter(image=image).update(
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
        reason=image.moderation_status,
    )


def _refuse_own(moderator: Viewer, image: Image) -> None:
    if image.draft is not None and encryption.is_draft_owner(moderator, image.draft):
        raise OwnImage
    if image.case is not None and is_author(moderator, image.case):
        raise OwnImage
