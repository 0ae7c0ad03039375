"""The stages of a picture on its way, as its author sees them happen (DEID.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.models import Image, ImageState, ModerationStatus


@dataclass(frozen=True)
class ProcessingStage:
    """One stage: done, happening now, or still to come; `note` says what it found."""

    label: str | Promise
    is_done: bool = False
    is_now: bool = False
    note: str = ""


_CLEANING = (
    _("Decoded"),
    _("Metadata gone"),
    _("Text looked for"),
    _("Faces looked for"),
    _("Boxes proposed"),
)
_CLEANING_AT = tuple(enumerate(_CLEANING))
_OPENED = 2
"""So many of them are done once the file is open."""
_FINISHING = (_("Blacked out"), _("Looked at again"))


def processing_stages(image: Image) -> list[ProcessingStage]:
    """Received to published. The worker tells when the file is open, then of each frame it has
    looked at; text and faces are looked for side by side. Nothing is guessed at.
    """
    state = image.state
    if state == ImageState.REFUSED:
        return [
            ProcessingStage(_("Received"), is_done=True),
            *_cleaned(image)[: 5 if image.working else 0],
        ]
    return [
        ProcessingStage(_("Received"), is_done=True),
        *_cleaned(image),
        ProcessingStage(_("Your look"), state in _AFTER_LOOK, state == ImageState.AWAITING_REVIEW),
        *_finished(image),
        *_moderated(image),
        ProcessingStage(_("Published"), is_done=image.case_id is not None and image.is_shown),
    ]


_AFTER_LOOK = {ImageState.CONFIRMED, ImageState.READY}


def _cleaned(image: Image) -> list[ProcessingStage]:
    if image.state in _AFTER_LOOK | {ImageState.AWAITING_REVIEW} or image.working:
        notes = _found(image)
        return [
            ProcessingStage(label, is_done=True, note=notes.get(n, "")) for n, label in _CLEANING_AT
        ]
    if image.state != ImageState.PROCESSING:
        return [ProcessingStage(label) for label in _CLEANING]
    if image.frames_inspected is None:
        return [ProcessingStage(label, is_now=n < _OPENED) for n, label in _CLEANING_AT]
    return [
        *(ProcessingStage(label, is_done=True) for label in _CLEANING[:_OPENED]),
        *(
            ProcessingStage(label, is_now=True, note=_so_far(image))
            for label in _CLEANING[_OPENED:-1]
        ),
        ProcessingStage(_CLEANING[-1]),
    ]


def _finished(image: Image) -> list[ProcessingStage]:
    filled, again = _FINISHING
    is_ready, is_now = image.state == ImageState.READY, image.state == ImageState.CONFIRMED
    is_filled = is_now and image.frames_inspected is not None
    return [
        ProcessingStage(filled, is_ready or is_filled, is_now and not is_filled),
        ProcessingStage(again, is_ready, is_filled, _so_far(image) if is_filled else ""),
    ]


def _so_far(image: Image) -> str:
    """How many frames were looked at; nothing for a still."""
    if image.frame_count < 2 or image.frames_inspected is None:
        return ""
    return gettext("%(n)d of %(all)d frames") % {
        "n": image.frames_inspected,
        "all": image.frame_count,
    }


def _found(image: Image) -> dict[int, str]:
    texts = sum(box["kind"] == "text" for box in image.suggested_redactions)
    faces = sum(box["kind"] == "face" for box in image.suggested_redactions)
    return {
        1: ", ".join(image.removed_metadata),
        2: ngettext("%(n)d place", "%(n)d places", texts) % {"n": texts},
        3: ngettext("%(n)d face", "%(n)d faces", faces) % {"n": faces},
    }


def _moderated(image: Image) -> list[ProcessingStage]:
    if image.moderation_status == ModerationStatus.NOT_REQUIRED:
        return []
    is_done = image.moderation_status in {ModerationStatus.APPROVED, ModerationStatus.REDACTED}
    return [
        ProcessingStage(
            _("A moderator's look"), is_done, image.moderation_status == ModerationStatus.WAITING
        )
    ]
