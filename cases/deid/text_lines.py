"""Lines of text as the detector draws them: joining several finds, and drawing boxes to the ink."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Quadrilateral = NDArray[np.float32]
Rect = tuple[int, int, int, int]
"""Left, top, width, height."""
Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""

TIGHTER = 0.08
"""By how much of its height a box is drawn in: the detector's are nearly twice the letters'."""
MOST_TIGHTER = 0.3
"""No side is drawn in by more of the box's height than this, whatever the ink says."""
INK = 0.3
"""Edges of this part of the strongest are letters."""
LARGE, INK_LARGE, MOST_TIGHTER_LARGE = 100, 0.6, 0.2
"""Boxes so many pixels high reach over edges of other things, fainter than theirs."""
FAINTEST = 10
"""Steps of brightness under which nothing is told from grain."""
MARGIN = 0.06
"""Of the height of the letters, left around them."""
SLANT = 8
"""Degrees from which a line becomes a row of short boxes."""
CLOSE_SURE = 0.75
"""A find of this part of the best score may say how high the line is."""
GAP = 1.5
"""Pieces of one line may be so many of its heights apart."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A box in pixels of the frame."""

    x: float
    y: float
    w: float
    h: float
    score: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """One detected line: its corners in pixels of the frame, and the detector's score."""

    quad: Quadrilateral
    score: float
    views: int = 1
    """In how many views it was found."""

    @property
    def rect(self) -> Corners:
        left, top = self.quad.min(axis=0)
        right, bottom = self.quad.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def sides(self) -> tuple[float, float]:
        """The longer and the shorter, whichever way it runs, at least a pixel."""
        one, two = (float(np.linalg.norm(self.quad[n] - self.quad[0])) for n in (1, 3))
        return max(one, two, 1.0), max(1.0, min(one, two))

    @property
    def shape(self) -> float:
        """How much longer than high."""
        longer, shorter = self.sides
        return longer / shorter

    @property
    def area(self) -> float:
        left, top, right, bottom = self.rect
        return max(0.0, right - left) * max(0.0, bottom - top)


def upright_line(edges: Corners, score: float, views: int = 1) -> TextLine:
    """An upright line."""
    left, top, right, bottom = edges
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return TextLine(np.array(corners, dtype=np.float32), score, views)


def moved(line: TextLine, left: float, top: float) -> TextLine:
    return replace(line, quad=line.quad + np.array([left, top], dtype=np.float32))


def overlap_area(one: Corners, two: Corners) -> float:
    """The area that both cover."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    return width * height if width > 0 and height > 0 else 0.0


def merge_detections(lines: Sequence[TextLine]) -> list[TextLine]:
    """Join finds of the same line at several scales and in neighbouring tiles."""
    kept: list[TextLine] = []
    for line in sorted(lines, key=lambda line: line.area, reverse=True):
        same = next((place for place, other in enumerate(kept) if _same(line, other)), None)
        if same is None:
            kept.append(line)
        else:
            kept[same] = _joined(kept[same], line)
    return kept


def _same(line: TextLine, other: TextLine) -> bool:
    """Whether a line lies mostly within one that is no smaller.

    A line inside a huge box is a find of its own: the huge one may not be text at all.
    """
    common = overlap_area(line.rect, other.rect)
    is_within = common > 0.6 * max(1.0, line.area) and other.area < 6 * line.area
    return is_within and 0.45 < line.sides[1] / other.sides[1] < 2.2


def _joined(line: TextLine, other: TextLine) -> TextLine:
    """As long as both and as high as the closer if they are level, otherwise the larger."""
    score, views = max(line.score, other.score), line.views + other.views
    if not (_level(line.quad) and _level(other.quad)):
        return TextLine(line.quad, score, views)
    left, top, right, bottom = _around(line.rect, other.rect)
    if line.shape > 1.5 and right - left > bottom - top:
        enough = [one for one in (line, other) if one.score >= CLOSE_SURE * score]
        _, top, _, bottom = min(enough, key=lambda one: one.sides[1]).rect
    return upright_line((left, top, right, bottom), score, views)


def _around(one: Corners, two: Corners) -> Corners:
    return (
        min(one[0], two[0]),
        min(one[1], two[1]),
        max(one[2], two[2]),
        max(one[3], two[3]),
    )


def _level(quad: Quadrilateral) -> bool:
    across, down = quad[1] - quad[0]
    return bool(abs(down) < 0.08 * abs(across))


def are_in_one_row(one: TextLine, two: TextLine, gap: float) -> bool:
    """Whether two lines of like height stand in one row, at most `gap` heights apart."""
    left, top, right, bottom = one.rect
    start, high, end, low = two.rect
    least, most = sorted((bottom - top, low - high))
    level = min(bottom, low) - max(top, high) > 0.7 * most
    return level and most < 1.5 * least and max(left - end, start - right) < gap * most


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


def _continues(one: TextLine, two: TextLine) -> bool:
    return _level(one.quad) and _level(two.quad) and are_in_one_row(one, two, GAP)


def boxes_over(image: Pixels, line: TextLine) -> Iterator[Detection]:
    """Upright boxes over a line; a slanted line becomes a row of short boxes."""
    first, second, third, fourth = line.quad
    along, across = second - first, fourth - first
    length, height = float(np.linalg.norm(along)), float(np.linalg.norm(across))
    if height > length:
        first, second, third, fourth = second, third, fourth, first
        length, height = height, length
    slant = abs(math.degrees(math.atan2(*reversed((second - first).tolist())))) % 90
    if min(slant, 90 - slant) <= SLANT or height <= 0:
        left, top, right, bottom = _to_ink(image, line)
        yield Detection(left, top, right - left, bottom - top, line.score)
        return
    pieces = max(1, min(24, math.ceil(length / height)))
    margin = 1.0 - TIGHTER * height
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


def _to_ink(image: Pixels, line: TextLine) -> Corners:
    """The edges of a line drawn in to where its letters begin; where that is unclear, a little."""
    height, width = image.shape[:2]
    left, top, right, bottom = line.rect
    x, y = max(0, math.floor(left)), max(0, math.floor(top))
    crop = image[y : min(height, math.ceil(bottom)), x : min(width, math.ceil(right))]
    if min(crop.shape[:2]) < 6:
        return left - 1, top - 1, right + 1, bottom + 1
    side = min(right - left, bottom - top)
    is_large = side >= LARGE
    across, down = _extents(crop, INK_LARGE if is_large else INK)
    most = (MOST_TIGHTER_LARGE if is_large else MOST_TIGHTER) * side
    little = TIGHTER * side - 1
    if across is None or down is None:
        return left + little, top + little, right - little, bottom - little
    margin = 1 + MARGIN * (down[1] - down[0] if right - left > bottom - top else side * 0.6)
    return (
        min(max(left, x + across[0] - margin), left + most),
        min(max(top, y + down[0] - margin), top + most),
        max(min(right, x + across[1] + margin), right - most),
        max(min(bottom, y + down[1] + margin), bottom - most),
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
    if strongest < FAINTEST:
        return None, None
    ink = steps > part * strongest
    return _range(ink.sum(axis=0), scale), _range(ink.sum(axis=1), scale)


def _range(counts: NDArray[np.int64], scale: int) -> tuple[float, float] | None:
    places = np.flatnonzero(counts >= 2)
    return (float(places[0] * scale), float((places[-1] + 1) * scale)) if places.size else None
