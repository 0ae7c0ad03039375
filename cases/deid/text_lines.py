"""Lines of text as the detector outlines them: joining them, and boxes close to their letters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Shape (height, width, 3)."""
Quadrilateral = NDArray[np.float32]
"""Shape (4, 2): the corners in order, x and y."""
Rect = tuple[int, int, int, int]
"""Left, top, width, height."""
Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""

SHRINK = 0.08
"""Part of its height by which a box shrinks: the detector's are nearly twice the letters'."""
MAX_SHRINK = 0.3
"""No side moves inwards by more of the height of the box, whatever the edges say."""
LETTER_EDGE = 0.3
"""Edges of this part of the strongest belong to letters."""
LARGE_HEIGHT, LARGE_LETTER_EDGE, LARGE_MAX_SHRINK = 100, 0.6, 0.2
"""Boxes so many pixels high reach over edges of other things, fainter than theirs."""
MIN_EDGE = 10
"""Steps of brightness under which an edge cannot be told from grain."""
MARGIN = 0.06
"""Of the height of the letters, left around them."""
MIN_SLANT = 8
"""Degrees from which a line becomes a row of short boxes."""
HEIGHT_SCORE = 0.75
"""A detection of this part of the best score may say how high the line is."""
MAX_GAP = 1.5
"""Pieces of one line may be so many of its heights apart."""


@dataclass(frozen=True, slots=True)
class Detection:
    """An upright box in pixels of the frame, and the score of what was detected (0 to 1)."""

    x: float
    y: float
    w: float
    h: float
    score: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """One detected line: its corners in pixels of the frame, the detector's score (0 to 1)."""

    quad: Quadrilateral
    score: float
    views: int = 1
    """In how many views it was detected."""

    @property
    def rect(self) -> Corners:
        left, top = self.quad.min(axis=0)
        right, bottom = self.quad.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def sides(self) -> tuple[float, float]:
        """The longer and the shorter side in pixels, whichever way the line runs; at least 1."""
        first, second = (float(np.linalg.norm(self.quad[n] - self.quad[0])) for n in (1, 3))
        return max(first, second, 1.0), max(1.0, min(first, second))

    @property
    def shape(self) -> float:
        """How many times longer than high."""
        longer, shorter = self.sides
        return longer / shorter

    @property
    def area(self) -> float:
        left, top, right, bottom = self.rect
        return max(0.0, right - left) * max(0.0, bottom - top)


def upright_line(edges: Corners, score: float, views: int = 1) -> TextLine:
    """An upright line with these corners."""
    left, top, right, bottom = edges
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return TextLine(np.array(corners, dtype=np.float32), score, views)


def moved(line: TextLine, left: float, top: float) -> TextLine:
    return replace(line, quad=line.quad + np.array([left, top], dtype=np.float32))


def overlap_area(first: Corners, second: Corners) -> float:
    """The area that both cover, in square pixels."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return width * height if width > 0 and height > 0 else 0.0


def merge_detections(lines: Sequence[TextLine]) -> list[TextLine]:
    """Join detections of the same line at several scales and in neighbouring tiles."""
    merged: list[TextLine] = []
    for line in sorted(lines, key=lambda line: line.area, reverse=True):
        same = next((place for place, other in enumerate(merged) if _is_same(line, other)), None)
        if same is None:
            merged.append(line)
        else:
            merged[same] = _joined(merged[same], line)
    return merged


def _is_same(line: TextLine, other: TextLine) -> bool:
    """Whether a line lies mostly within one that is no smaller.

    A line inside a huge box stays by itself: the huge one may not be text at all.
    """
    common = overlap_area(line.rect, other.rect)
    is_within = common > 0.6 * max(1.0, line.area) and other.area < 6 * line.area
    return is_within and 0.45 < line.sides[1] / other.sides[1] < 2.2


def _joined(line: TextLine, other: TextLine) -> TextLine:
    """As long as both and as high as the lower one if they are level, otherwise the larger."""
    score, views = max(line.score, other.score), line.views + other.views
    if not (_is_level(line.quad) and _is_level(other.quad)):
        return TextLine(line.quad, score, views)
    left, top, right, bottom = _around(line.rect, other.rect)
    if line.shape > 1.5 and right - left > bottom - top:
        enough = [each for each in (line, other) if each.score >= HEIGHT_SCORE * score]
        _, top, _, bottom = min(enough, key=lambda each: each.sides[1]).rect
    return upright_line((left, top, right, bottom), score, views)


def _around(first: Corners, second: Corners) -> Corners:
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )


def _is_level(quad: Quadrilateral) -> bool:
    across, down = quad[1] - quad[0]
    return bool(abs(down) < 0.08 * abs(across))


def are_in_one_row(line: TextLine, other: TextLine, gap: float) -> bool:
    """Whether two lines of like height stand in one row, at most `gap` heights apart."""
    left, top, right, bottom = line.rect
    start, high, end, low = other.rect
    lower, higher = sorted((bottom - top, low - high))
    level = min(bottom, low) - max(top, high) > 0.7 * higher
    return level and higher < 1.5 * lower and max(left - end, start - right) < gap * higher


def join_rows(lines: Sequence[TextLine]) -> list[TextLine]:
    """Pieces of one level line joined over what lies between them."""
    joined: list[TextLine] = []
    for line in sorted(lines, key=lambda line: line.rect[0]):
        place = next((n for n, other in enumerate(joined) if _continues(other, line)), None)
        if place is None:
            joined.append(line)
        else:
            other = joined[place]
            score, views = max(line.score, other.score), max(line.views, other.views)
            joined[place] = upright_line(_around(line.rect, other.rect), score, views)
    return joined


def _continues(line: TextLine, other: TextLine) -> bool:
    return _is_level(line.quad) and _is_level(other.quad) and are_in_one_row(line, other, MAX_GAP)


def boxes_over(image: Pixels, line: TextLine) -> Iterator[Detection]:
    """Upright boxes over a line on an RGB picture; a slanted line becomes a row of short boxes."""
    first, second, third, fourth = line.quad
    along, across = second - first, fourth - first
    length, height = float(np.linalg.norm(along)), float(np.linalg.norm(across))
    if height > length:
        first, second, third, fourth = second, third, fourth, first
        length, height = height, length
    slant = abs(math.degrees(math.atan2(*reversed((second - first).tolist())))) % 90
    if min(slant, 90 - slant) <= MIN_SLANT or height <= 0:
        left, top, right, bottom = _shrunk_to_letters(image, line)
        yield Detection(left, top, right - left, bottom - top, line.score)
        return
    pieces = max(1, min(24, math.ceil(length / height)))
    margin = 1.0 - SHRINK * height
    for number in range(pieces):
        start, end = number / pieces, (number + 1) / pieces
        corners = np.stack(
            [
                first + (second - first) * start,
                first + (second - first) * end,
                fourth + (third - fourth) * start,
                fourth + (third - fourth) * end,
            ]
        )
        left, top = (float(value) for value in corners.min(axis=0) - margin)
        right, bottom = (float(value) for value in corners.max(axis=0) + margin)
        yield Detection(left, top, right - left, bottom - top, line.score)


def _shrunk_to_letters(image: Pixels, line: TextLine) -> Corners:
    """The corners moved inwards to where the letters begin; a little where that is unclear."""
    height, width = image.shape[:2]
    left, top, right, bottom = line.rect
    x, y = max(0, math.floor(left)), max(0, math.floor(top))
    crop = image[y : min(height, math.ceil(bottom)), x : min(width, math.ceil(right))]
    if min(crop.shape[:2]) < 6:
        return left - 1, top - 1, right + 1, bottom + 1
    side = min(right - left, bottom - top)
    is_large = side >= LARGE_HEIGHT
    across, down = _extents(crop, LARGE_LETTER_EDGE if is_large else LETTER_EDGE)
    limit = (LARGE_MAX_SHRINK if is_large else MAX_SHRINK) * side
    little = SHRINK * side - 1
    if across is None or down is None:
        return left + little, top + little, right - little, bottom - little
    margin = 1 + MARGIN * (down[1] - down[0] if right - left > bottom - top else side * 0.6)
    return (
        min(max(left, x + across[0] - margin), left + limit),
        min(max(top, y + down[0] - margin), top + limit),
        max(min(right, x + across[1] + margin), right - limit),
        max(min(bottom, y + down[1] + margin), bottom - limit),
    )


def _extents(
    crop: Pixels, part: float
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """From where to where there are edges of letters, along both axes, in pixels of the crop."""
    scale = max(1, min(crop.shape[:2]) // 60)
    if scale > 1:
        size = (max(1, crop.shape[1] // scale), max(1, crop.shape[0] // scale))
        crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    edges = cv2.morphologyEx(crop, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    steps = np.asarray(edges).reshape(*crop.shape[:2], -1).max(axis=2)
    strongest = float(np.percentile(steps, 97))
    if strongest < MIN_EDGE:
        return None, None
    ink = steps > part * strongest
    return _range(ink.sum(axis=0), scale), _range(ink.sum(axis=1), scale)


def _range(counts: NDArray[np.int64], scale: int) -> tuple[float, float] | None:
    places = np.flatnonzero(counts >= 2)
    return (float(places[0] * scale), float((places[-1] + 1) * scale)) if places.size else None
