"""What the detectors found and an author leaves visible: which finds, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.deid.results import RedactionBox
from cases.imaging.redactions import Redaction, frames_of_suggestion

# A find counts as filled in while this share of its points lies under boxes.
_FILLED = 0.6
# Points looked at across and down; a find is small, so this is finer than a letter of it.
_POINTS = 12
# The detectors let a find in below this score only because a second model agreed.
LOW_CONFIDENCE_SCORE = 0.6


class KeepReason(models.TextChoices):
    """The reasons on offer; words of one's own may follow."""

    NOT_THERE = "nothing", _("There is no text and no face here")
    ANATOMY = "anatomy", _("It is part of the finding")
    DEVICE = "device", _("A mark of the device, a scale or a side")
    TEACHING = "label", _("A label I put there, it names nobody")
    OTHER = "other", _("Another reason")


@dataclass(frozen=True)
class KeptFinding:
    """One find that stays visible. `why` is a `Why`, empty where none was given."""

    box: dict[str, Any]
    why: str = ""
    words: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def suggestions_left_visible(
    proposed: Sequence[dict[str, Any]], accepted: Iterable[Redaction]
) -> list[tuple[int, dict[str, Any]]]:
    """The finds, each with its number, that the accepted boxes do not fill in wherever they were
    made.
    """
    covers = list(accepted)
    return [
        (n, found)
        for n, found in enumerate(proposed)
        if not all(
            _is_filled(found, [one.box for one in covers if one.is_on(frame)])
            for frame in frames_of_suggestion(found)
        )
    ]


def _is_filled(found: dict[str, Any], boxes: Sequence[RedactionBox]) -> bool:
    steps = [(number + 0.5) / _POINTS for number in range(_POINTS)]
    points = [
        (found["x"] + found["w"] * right, found["y"] + found["h"] * down)
        for right in steps
        for down in steps
    ]
    inside = sum(any(_holds(box, *point) for box in boxes) for point in points)
    return inside >= _FILLED * len(points)


def _holds(box: RedactionBox, x: float, y: float) -> bool:
    return box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h


def has_low_confidence(proposed: Iterable[dict[str, Any]]) -> bool:
    """Low confidence: a weak find, or one that only the second look made."""
    return any(box["score"] < LOW_CONFIDENCE_SCORE or box.get("again") for box in proposed)
