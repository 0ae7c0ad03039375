"""Suggested and accepted redactions of a picture.

Text on an animation or on a stack of slices mostly stays in one place. So the same detection on
several frames is one suggestion, and a redaction covers its area on every frame, unless the author
limits it to one frame, such as one page of a document.

A suggestion is a dict as in `Image.suggested_redactions`: the fields of `RedactionBox` with
`frame` 0, and optionally `frames` (the indexes of the frames it was detected on; missing for a
still) and `from_second_check` (true if only the check of the redacted picture detected it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cases.deid.results import RedactionBox

Suggestion = dict[str, Any]

# Two detections on different frames are one if this share of the smaller lies inside the other.
_MIN_SHARED_BETWEEN_FRAMES = 0.95
# A detection of the second check is a known one if this share of it lies inside a known box.
# It is low, because the black areas change how the detectors see the edges around them.
_MIN_SHARED_WITH_KNOWN = 0.5


@dataclass(frozen=True)
class Redaction:
    """An area to black out: on every frame, or on one frame (`only_frame`, counted from 0)."""

    box: RedactionBox
    only_frame: int | None = None

    def as_json(self) -> dict[str, Any]:
        only_frame = {} if self.only_frame is None else {"only_frame": self.only_frame}
        return self.box.as_json() | only_frame

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Redaction:
        """Raises KeyError, TypeError or ValueError if a value is missing or has a wrong type."""
        only_frame = value.get("only_frame")
        return cls(RedactionBox.from_json(value), None if only_frame is None else int(only_frame))

    def covers(self, frame: int | None) -> bool:
        """Whether it is applied to this frame; to every frame if `frame` is None."""
        return self.only_frame is None or self.only_frame == frame


def redactions_from_json(rows: Iterable[Mapping[str, Any]]) -> list[Redaction]:
    """The redactions stored in `Image.accepted_redactions`."""
    return [Redaction.from_json(row) for row in rows]


def boxes_on_frames(redactions: Sequence[Redaction], n_frames: int) -> list[RedactionBox]:
    """The boxes to black out, one for each redaction and frame it covers."""
    return [
        replace(redaction.box, frame=frame)
        for frame in range(n_frames)
        for redaction in redactions
        if redaction.covers(frame)
    ]


def suggestions_from_boxes(boxes: Sequence[RedactionBox], n_frames: int) -> list[Suggestion]:
    """Merge detections of different frames into suggestions, ordered from top to bottom."""
    merged: list[tuple[RedactionBox, set[int]]] = []
    for box in sorted(boxes, key=lambda box: box.w * box.h, reverse=True):
        for larger, frames in merged:
            if larger.frame != box.frame and _contains(larger, box, _MIN_SHARED_BETWEEN_FRAMES):
                frames.add(box.frame)
                break
        else:
            merged.append((box, {box.frame}))
    merged.sort(key=lambda entry: (entry[0].y, entry[0].x))
    return [
        box.as_json() | {"frame": 0} | ({"frames": sorted(frames)} if n_frames > 1 else {})
        for box, frames in merged
    ]


def frames_of_suggestion(suggestion: Mapping[str, Any]) -> Sequence[int | None]:
    """The frames it was detected on; (None,) if it counts for every frame."""
    return suggestion.get("frames") or (None,)


def undecided_boxes(
    suggestions: Sequence[Mapping[str, Any]],
    redactions: Sequence[Redaction],
    detected: Sequence[RedactionBox],
) -> list[RedactionBox]:
    """Detections of the second check that the author has neither redacted nor kept visible."""
    known = [(RedactionBox.from_json(row), frames_of_suggestion(row)) for row in suggestions]
    return [
        box
        for box in detected
        if not any(
            redaction.covers(box.frame) and _contains(redaction.box, box, _MIN_SHARED_WITH_KNOWN)
            for redaction in redactions
        )
        and not any(
            (None in frames or box.frame in frames)
            and _contains(suggested, box, _MIN_SHARED_WITH_KNOWN)
            for suggested, frames in known
        )
    ]


def box_position(box: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Left, top, width and height, by which the same box is recognised in two lists."""
    return box["x"], box["y"], box["w"], box["h"]


def _contains(outer: RedactionBox, inner: RedactionBox, min_share: float) -> bool:
    """Whether at least this share of `inner` lies inside `outer`."""
    width = min(outer.x + outer.w, inner.x + inner.w) - max(outer.x, inner.x)
    height = min(outer.y + outer.h, inner.y + inner.h) - max(outer.y, inner.y)
    return width > 0 and height > 0 and width * height >= min_share * inner.w * inner.h
