"""What was found on the frames of an image, and what its author blacks out on them.

Text on an animation mostly stays in one place, and so do the letters on a stack of slices, so a
find is one line for all the frames it was made on, and a box covers its place on every frame unless
somebody says that it is for one alone, as on the pages of a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.deid.results import RedactionBox

# A find on a later frame is the one on another where this share of it lies inside that.
_INSIDE = 0.95
# A left-over that was known before: bars change how the detectors see the edges around them.
_SAME = 0.5


@dataclass(frozen=True)
class Redaction:
    """A box to fill in: on every frame, or `only` on the one of that index."""

    box: RedactionBox
    only: int | None = None

    def as_json(self) -> dict[str, Any]:
        return self.box.as_json() | ({} if self.only is None else {"only": self.only})

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Redaction:
        """Raises KeyError, TypeError or ValueError on anything odd."""
        only = value.get("only")
        return cls(RedactionBox.from_json(value), None if only is None else int(only))

    def is_on(self, frame: int | None) -> bool:
        """Whether it covers its place on this frame; on every one where `frame` is None."""
        return self.only is None or self.only == frame


def redactions_from_json(rows: Iterable[Mapping[str, Any]]) -> list[Redaction]:
    """The boxes kept in `Image.accepted_redactions`."""
    return [Redaction.from_json(row) for row in rows]


def boxes_on_frames(covers: Sequence[Redaction], frames: int) -> list[RedactionBox]:
    """What to fill in on each frame."""
    return [
        RedactionBox(
            number, one.box.x, one.box.y, one.box.w, one.box.h, one.box.kind, one.box.score
        )
        for number in range(frames)
        for one in covers
        if one.is_on(number)
    ]


def suggestions_from_boxes(boxes: Sequence[RedactionBox], frames: int) -> list[dict[str, Any]]:
    """Finds as kept in `Image.suggested_redactions`: a find inside another frame's is that one.

    Of several frames each says on which it was made (`frames`); its own `frame` is always 0.
    """
    merged: list[tuple[RedactionBox, set[int]]] = []
    for box in sorted(boxes, key=lambda box: box.w * box.h, reverse=True):
        for other, where in merged:
            if other.frame != box.frame and _lies_in(other, box, _INSIDE):
                where.add(box.frame)
                break
        else:
            merged.append((box, {box.frame}))
    merged.sort(key=lambda one: (one[0].y, one[0].x))
    return [
        box.as_json() | {"frame": 0} | ({"frames": sorted(where)} if frames > 1 else {})
        for box, where in merged
    ]


def frames_of_suggestion(found: Mapping[str, Any]) -> Sequence[int | None]:
    """The frames a find was made on; None alone where it counts for every one."""
    return found.get("frames") or (None,)


def undecided_boxes(
    proposed: Sequence[Mapping[str, Any]],
    accepted: Sequence[Redaction],
    leftovers: Sequence[RedactionBox],
) -> list[RedactionBox]:
    """What a second look found and the author has neither filled in nor chosen to leave there."""
    asked = [(RedactionBox.from_json(found), frames_of_suggestion(found)) for found in proposed]
    return [
        box
        for box in leftovers
        if not any(one.is_on(box.frame) and _lies_in(one.box, box, _SAME) for one in accepted)
        and not any(
            (None in frames or box.frame in frames) and _lies_in(known, box, _SAME)
            for known, frames in asked
        )
    ]


def _lies_in(known: RedactionBox, found: RedactionBox, share: float) -> bool:
    """Whether at least this share of `found` lies inside `known`."""
    width = min(known.x + known.w, found.x + found.w) - max(known.x, found.x)
    height = min(known.y + known.h, found.y + found.h) - max(known.y, found.y)
    return width > 0 and height > 0 and width * height >= share * found.w * found.h
