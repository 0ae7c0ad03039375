"""The stages of a picture on its way, as its author sees them happen (DEID.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.models import Image, ImageState, Review


@dataclass(frozen=True)
class Stage:
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


def stages(image: Image) -> list[Stage]:
    """Received to published. The worker tells when the file is open, then of each frame it has
    looked at; text and faces are looked for side by side. Nothing is guessed at.
    """
    state = image.state
    if state == ImageState.REFUSED:
        return [Stage(_("Received"), is_done=True), *_cleaned(image)[: 5 if image.working else 0]]
    return [
        Stage(_("Received"), is_done=True),
        *_cleaned(image),
        Stage(_("Your look"), state in _AFTER_LOOK, state == ImageState.LOOK),
        *_finished(image),
        *_moderated(image),
        Stage(_("Published"), is_done=image.case_id is not None and image.is_shown),
    ]


_AFTER_LOOK = {ImageState.CONFIRMED, ImageState.READY}


def _cleaned(image: Image) -> list[Stage]:
    if image.state in _AFTER_LOOK | {ImageState.LOOK} or image.working:
        notes = _found(image)
        return [Stage(label, is_done=True, note=notes.get(n, "")) for n, label in _CLEANING_AT]
    if image.state != ImageState.CLEANING:
        return [Stage(label) for label in _CLEANING]
    if image.looked is None:
        return [Stage(label, is_now=n < _OPENED) for n, label in _CLEANING_AT]
    return [
        *(Stage(label, is_done=True) for label in _CLEANING[:_OPENED]),
        *(Stage(label, is_now=True, note=_so_far(image)) for label in _CLEANING[_OPENED:-1]),
        Stage(_CLEANING[-1]),
    ]


def _finished(image: Image) -> list[Stage]:
    filled, again = _FINISHING
    is_ready, is_now = image.state == ImageState.READY, image.state == ImageState.CONFIRMED
    is_filled = is_now and image.looked is not None
    return [
        Stage(filled, is_ready or is_filled, is_now and not is_filled),
        Stage(again, is_ready, is_filled, _so_far(image) if is_filled else ""),
    ]


def _so_far(image: Image) -> str:
    """How many frames were looked at; nothing for a still."""
    if image.frames < 2 or image.looked is None:
        return ""
    return gettext("%(n)d of %(all)d frames") % {"n": image.looked, "all": image.frames}


def _found(image: Image) -> dict[int, str]:
    texts = sum(box["kind"] == "text" for box in image.proposed_boxes)
    faces = sum(box["kind"] == "face" for box in image.proposed_boxes)
    return {
        1: ", ".join(image.removed),
        2: ngettext("%(n)d place", "%(n)d places", texts) % {"n": texts},
        3: ngettext("%(n)d face", "%(n)d faces", faces) % {"n": faces},
    }


def _moderated(image: Image) -> list[Stage]:
    if image.review == Review.NONE:
        return []
    is_done = image.review in {Review.APPROVED, Review.BOXED}
    return [Stage(_("A moderator's look"), is_done, image.review == Review.WAITING)]
