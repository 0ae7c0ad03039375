"""The stages of a picture on its way, as its author sees them happen (DEID.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

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
_FINISHING = (_("Blacked out"), _("Looked at again"))


def stages(image: Image) -> list[Stage]:
    """Received to published. The worker tells of its work when it hands it over: stages done in
    one go are marked as under way together, never guessed at.
    """
    state = image.state
    if state == ImageState.REFUSED:
        return [Stage(_("Received"), is_done=True), *_cleaned(image)[: 5 if image.working else 0]]
    return [
        Stage(_("Received"), is_done=True),
        *_cleaned(image),
        Stage(_("Your look"), state in _AFTER_LOOK, state == ImageState.LOOK),
        *(
            Stage(label, state == ImageState.READY, state == ImageState.CONFIRMED)
            for label in _FINISHING
        ),
        *_moderated(image),
        Stage(_("Published"), is_done=image.case_id is not None and image.is_shown),
    ]


_AFTER_LOOK = {ImageState.CONFIRMED, ImageState.READY}


def _cleaned(image: Image) -> list[Stage]:
    is_done = image.state in _AFTER_LOOK | {ImageState.LOOK} or bool(image.working)
    is_now = image.state == ImageState.CLEANING
    notes = _found(image) if is_done else dict[int, str]()
    return [
        Stage(label, is_done, is_now and not is_done, notes.get(n, ""))
        for n, label in enumerate(_CLEANING)
    ]


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
