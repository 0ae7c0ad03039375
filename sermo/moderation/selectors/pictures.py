"""Pictures that wait for a moderator, for the queue and the review page. No author is named."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from cases.imaging.kept_findings import KeepReason
from cases.imaging.redactions import box_position
from cases.models import Image, ImageState, ModerationStatus
from cases.policies import is_own_image
from cases.services.image_moderation import UNDO_WITHIN
from sermo.members.viewer import Viewer

MAX_ROWS = 100


@dataclass(frozen=True)
class QueuedPicture:
    """One row of the queue."""

    image: Image
    n_left: int
    held_by: str
    """Handle of the moderator who is reviewing it; empty if none is."""
    is_mine: bool


@dataclass(frozen=True)
class KeptFindingRow:
    """A suggested redaction that the author did not accept, and the author's reason."""

    number: int
    kind: str
    why: str
    words: str


def waiting() -> QuerySet[Image]:
    """Rendered and undecided, or returned by the second scan after a moderator's redactions.

    Oldest first.
    """
    undecided = Q(moderation_status=ModerationStatus.WAITING, state=ImageState.READY)
    rescanned = Q(
        moderation_status=ModerationStatus.REDACTED,
        state__in=[ImageState.AWAITING_REVIEW, ImageState.REFUSED],
    )
    images = Image.objects.filter(undecided | rescanned, moderation__isnull=False, hidden_at=None)
    joined = images.select_related("draft", "case", "moderation__claimed_by")
    return joined.order_by("moderation__requested_at", "pk")


def queue(viewer: Viewer) -> list[QueuedPicture]:
    """At most 100 rows, without the viewer's own pictures; one statement."""
    rows = waiting()[:MAX_ROWS]
    return [_queued_picture(viewer, image) for image in rows if not is_own_image(viewer, image)]


def next_free(viewer: Viewer) -> Image | None:
    """The oldest picture that no other moderator is reviewing."""
    free = (row.image for row in queue(viewer) if not row.held_by)
    return next(free, None)


def undoable(viewer: Viewer) -> Image | None:
    """The picture whose decision this moderator can still take back."""
    decided = Image.objects.filter(
        moderation__decided_by=viewer.member,
        moderation__decided_at__gt=timezone.now() - UNDO_WITHIN,
        moderation_status__in=[
            ModerationStatus.APPROVED,
            ModerationStatus.RETURNED,
            ModerationStatus.REFUSED,
        ],
    )
    return decided.order_by("-moderation__decided_at").first()


def kept_findings(image: Image) -> list[KeptFindingRow]:
    """Suggested redactions that the author did not accept, numbered as on the page."""
    positions = [box_position(box) for box in image.suggested_redactions]
    return [
        KeptFindingRow(
            number=positions.index(box_position(row["suggestion"])) + 1
            if box_position(row["suggestion"]) in positions
            else 0,
            kind=row["suggestion"]["kind"],
            why=str(KeepReason(row["reason"]).label) if row["reason"] in KeepReason.values else "",
            words=row["explanation"],
        )
        for row in image.moderation.kept_findings
    ]


def _queued_picture(viewer: Viewer, image: Image) -> QueuedPicture:
    review = image.moderation
    is_held = review.claimed_until is not None and review.claimed_until > timezone.now()
    holder = review.claimed_by if is_held else None
    is_mine = holder is not None and holder.pk == viewer.member.pk
    held_by = holder.handle if holder is not None and not is_mine else ""
    return QueuedPicture(image, len(review.kept_findings), held_by, is_mine)


def queued_picture(viewer: Viewer, image: Image) -> QueuedPicture:
    """The queue's row of one picture, for its page."""
    return _queued_picture(viewer, image)
