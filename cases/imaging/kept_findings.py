"""Suggested redactions that an author leaves visible, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.deid.results import RedactionBox
from cases.imaging.redactions import Redaction, Suggestion, frames_of_suggestion

# A suggestion counts as redacted if this share of its sample points lies under redactions.
_MIN_COVERED = 0.6
# Sample points across and down. A suggestion is small, so they are closer than its letters.
_SAMPLES_PER_SIDE = 12
# Below this score the detectors accept a detection only if a second model confirms it.
LOW_CONFIDENCE_SCORE = 0.6


class KeepReason(models.TextChoices):
    """Reasons to leave a suggestion visible. The author can add an explanation."""

    NOT_THERE = "nothing", _("There is no text and no face here")
    ANATOMY = "anatomy", _("It is part of the finding")
    DEVICE = "device", _("A mark of the device, a scale or a side")
    TEACHING = "label", _("A label I put there, it names nobody")
    OTHER = "other", _("Another reason")


@dataclass(frozen=True)
class KeptFinding:
    """One suggestion that stays visible. `reason` is a `KeepReason`, or "" if none was given."""

    suggestion: Suggestion
    reason: str = ""
    explanation: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def suggestions_left_visible(
    suggestions: Sequence[Suggestion], redactions: Iterable[Redaction]
) -> list[tuple[int, Suggestion]]:
    """The suggestions, with their index, that are not redacted on every frame they are on."""
    redactions = list(redactions)
    return [
        (n, suggestion)
        for n, suggestion in enumerate(suggestions)
        if not all(
            _is_covered(
                suggestion,
                [redaction.box for redaction in redactions if redaction.covers(frame)],
            )
            for frame in frames_of_suggestion(suggestion)
        )
    ]


def _is_covered(suggestion: Suggestion, boxes: Sequence[RedactionBox]) -> bool:
    steps = [(n + 0.5) / _SAMPLES_PER_SIDE for n in range(_SAMPLES_PER_SIDE)]
    points = [
        (suggestion["x"] + suggestion["w"] * right, suggestion["y"] + suggestion["h"] * down)
        for right in steps
        for down in steps
    ]
    n_covered = sum(any(_holds(box, *point) for box in boxes) for point in points)
    return n_covered >= _MIN_COVERED * len(points)


def _holds(box: RedactionBox, x: float, y: float) -> bool:
    return box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h


def has_low_confidence(suggestions: Iterable[Suggestion]) -> bool:
    """Whether a detection has a low score, or only the second check detected something."""
    return any(
        suggestion["score"] < LOW_CONFIDENCE_SCORE or suggestion.get("from_second_check")
        for suggestion in suggestions
    )
