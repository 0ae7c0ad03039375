"""Moderation of pictures: requested, claimed, decided, undone.

A picture is moderated if its author left a suggested redaction visible, or if the detectors were
not sure. Until then only its author and the moderators see it. Its case can be published
meanwhile; the picture is added to the case when it is approved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.errors import ModerationClaimed, ModerationDecided, OwnImage
from cases.imaging.kept_findings import KeptFinding, has_low_confidence
from cases.imaging.redactions import Redaction
from cases.models import Image, ImageModeration, ImageState, ModerationStatus
from cases.policies import is_own_image
from cases.services.image_queue import render_again
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import coarse
from sermo.members.viewer import Viewer

CLAIM_DURATION = dt.timedelta(minutes=10)
UNDO_WITHIN = dt.timedelta(seconds=60)
_DECIDED = (ModerationStatus.APPROVED, ModerationStatus.RETURNED, ModerationStatus.REFUSED)
_UNDECIDED: dict[str, Any] = {
    "claimed_by": None,
    "claimed_until": None,
    "decided_by": None,
    "decided_at": None,
    "note": "",
}


def request_moderation(*, image: Image, kept_findings: Sequence[KeptFinding]) -> None:
    """Ask a moderator if the picture needs it, or withdraw an earlier request.

    A picture that was returned to its author always comes back to a moderator. Runs in the
    author's transaction; the caller saves `image.moderation_status`.
    """
    is_low_confidence = has_low_confidence(image.suggested_redactions)
    was_returned = image.moderation_status == ModerationStatus.RETURNED
    if not (kept_findings or is_low_confidence or was_returned):
        ImageModeration.objects.filter(image=image).delete()
        image.moderation_status = ModerationStatus.NOT_REQUIRED
        return
    image.moderation_status = ModerationStatus.WAITING
    request = {
        "kept_findings": [finding.as_json() for finding in kept_findings],
        "is_low_confidence": is_low_confidence,
        # The hour, so that it does not show when an anonymous author was at work.
        "requested_at": coarse.to_hour(timezone.now()),
    }
    ImageModeration.objects.update_or_create(image=image, defaults=request | _UNDECIDED)


@transaction.atomic
def claim_image(*, moderator: Viewer, image: Image) -> ImageModeration:
    """Reserve the picture for this moderator for ten minutes, or extend the claim.

    Raises `OwnImage`, `ModerationClaimed`.
    """
    if is_own_image(moderator, image):
        raise OwnImage
    now = timezone.now()
    is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    claimable = ImageModeration.objects.filter(
        is_free | Q(claimed_by=moderator.member), image=image
    )
    if not claimable.update(claimed_by=moderator.member, claimed_until=now + CLAIM_DURATION):
        raise ModerationClaimed
    return ImageModeration.objects.get(image=image)


@transaction.atomic
def release_claim(*, moderator: Viewer, image: Image) -> None:
    """Give the picture back to the queue. Does nothing if this moderator has not claimed it."""
    claimed = ImageModeration.objects.filter(image=image, claimed_by=moderator.member)
    claimed.update(claimed_by=None, claimed_until=None)


@transaction.atomic
def approve_image(*, moderator: Viewer, image: Image) -> None:
    """Show the picture as its author wants it.

    Raises `ModerationDecided`, `ModerationClaimed`, `OwnImage`.
    """
    if locked := _lock_undecided(moderator, image, ModerationStatus.APPROVED):
        _decide(moderator, locked, ModerationStatus.APPROVED)


@transaction.atomic
def redact_image(*, moderator: Viewer, image: Image, redactions: Sequence[Redaction]) -> None:
    """Render the picture with these redactions, then show it.

    If the second check finds more, the picture comes back to the queue. Raises
    `ModerationDecided`, `ModerationClaimed`, `OwnImage`.
    """
    locked = _lock_undecided(moderator, image, ModerationStatus.REDACTED)
    if locked is None:
        return
    accepted = [redaction.as_json() for redaction in redactions]
    if accepted == locked.accepted_redactions and locked.state == ImageState.READY:
        _decide(moderator, locked, ModerationStatus.APPROVED)
        return
    _decide(moderator, locked, ModerationStatus.REDACTED)
    render_again(image=locked, accepted_redactions=accepted)


@transaction.atomic
def return_image(*, moderator: Viewer, image: Image, note: str) -> None:
    """Return the picture to its author with a note. Colleagues do not see it until approved.

    Raises `ModerationDecided`, `ModerationClaimed`, `OwnImage`.
    """
    if locked := _lock_undecided(moderator, image, ModerationStatus.RETURNED):
        _decide(moderator, locked, ModerationStatus.RETURNED, note)
        locked.state = ImageState.AWAITING_REVIEW
        locked.save(update_fields=["state"])


@transaction.atomic
def refuse_image(*, moderator: Viewer, image: Image, note: str) -> None:
    """Never show the picture. `cases.jobs.purge` deletes its files when undo is over.

    Raises `ModerationDecided`, `ModerationClaimed`, `OwnImage`.
    """
    if locked := _lock_undecided(moderator, image, ModerationStatus.REFUSED):
        _decide(moderator, locked, ModerationStatus.REFUSED, note)


@transaction.atomic
def undo_decision(*, moderator: Viewer, image: Image) -> bool:
    """Undo the moderator's own decision within a minute. Returns False if it is too late."""
    locked = Image.objects.select_for_update().get(pk=image.pk)
    decision = ImageModeration.objects.filter(
        image=locked,
        decided_by=moderator.member,
        decided_at__gt=timezone.now() - UNDO_WITHIN,
    )
    if locked.moderation_status not in _DECIDED or not decision.exists():
        return False
    if locked.moderation_status == ModerationStatus.RETURNED:
        if locked.state != ImageState.AWAITING_REVIEW or not locked.renditions:
            return False
        locked.state = ImageState.READY
    locked.moderation_status = ModerationStatus.WAITING
    locked.save(update_fields=["moderation_status", "state"])
    decision.update(decided_by=None, decided_at=None, note="")
    _record(moderator, locked)
    return True


def _lock_undecided(moderator: Viewer, image: Image, decision: ModerationStatus) -> Image | None:
    """The locked row, if it waits for a decision. None if this moderator decided the same before.

    A picture that a moderator redacted waits again after the second check found more.
    Raises `ModerationDecided`, `ModerationClaimed`, `OwnImage`.
    """
    locked = Image.objects.select_for_update().get(pk=image.pk)
    moderation = claim_image(moderator=moderator, image=locked)
    waits_again = locked.moderation_status == ModerationStatus.REDACTED and locked.state in {
        ImageState.AWAITING_REVIEW,
        ImageState.REFUSED,
    }
    if locked.moderation_status == ModerationStatus.WAITING or waits_again:
        return locked
    if locked.moderation_status == decision and moderation.decided_by_id == moderator.member.pk:
        return None
    raise ModerationDecided


def _decide(moderator: Viewer, image: Image, decision: ModerationStatus, note: str = "") -> None:
    image.moderation_status = decision
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
