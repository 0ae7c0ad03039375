"""Finds text in the pixels of a frame: RapidOCR's detector at several scales, then a filter.

The detector misses small and huge letters in large pictures, so it sees the whole picture at
several scales and large pictures also in overlapping tiles. It takes a retina, a head CT or a cup
for a line of text, so `text_filter` asks the reader whether a line is text at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from cases.deid import ocr_models, text_continuation
from cases.deid.ocr_models import detect_lines, scaled
from cases.deid.text_filter import MIN_EDGE_PIXELS, filter_lines
from cases.deid.text_lines import (
    Detection,
    Pixels,
    Rect,
    boxes_over,
    join_rows,
    merge_detections,
)

COARSE_SIDE = 1280
"""Longest side of the view of the whole of a large picture."""
WHOLE_SIDE = 1440
"""Longest side of pictures that are not tiled; smaller ones are enlarged to it."""
MAX_ENLARGEMENT = 2.0
VERIFY_SIDE = 960
"""Longest side to which a picture is enlarged for the verification after redaction."""
REDUCED_SIDES = (720, 448, 256)
"""Longest sides of the views for blurred and for huge letters."""
FINE_SIDE = 2380
"""Longest side of what is tiled."""
TILE_SIDE = 1280
TILE_OVERLAP = 160
VERIFY_REACH = 160
"""How far around a redaction the verification looks, in pixels of the fine view."""
EDGE_STEP = 14
"""A step of brightness, grain smoothed out. A tile without enough of them is not looked at."""

View = tuple[int, int, int, int, float, int, int]
"""Top, bottom, left, right of a part of the frame; its scale; its left and top once more."""


def find_text(image: Pixels, around: Sequence[Rect] | None = None) -> list[Detection]:
    """Boxes of text on an RGB picture of shape (height, width, 3), in its pixels.

    With `around` (redactions: x, y, width, height) fine views are made only near those, which is
    enough for pixels that were searched before. Raises DeidentificationFailed if a model is
    missing.
    """
    ocr_models.load_models()
    with ThreadPoolExecutor(ocr_models.thread_count()) as pool:
        per_view = pool.map(
            lambda view: detect_lines(_view(image, *view), *view[4:]), _views(image, around)
        )
        lines = merge_detections([line for lines in per_view for line in lines])
    bgr = np.ascontiguousarray(image[:, :, ::-1])
    accepted = list(filter_lines(bgr, lines, around or ()))
    if around is None:
        accepted += text_continuation.find_continuations(bgr, accepted)
    return [box for line in join_rows(accepted) for box in boxes_over(image, line)]


def _view(
    image: Pixels, top: int, bottom: int, left: int, right: int, scale: float, *_: int
) -> Pixels:
    """The part of an RGB picture at its scale, in BGR."""
    return np.ascontiguousarray(scaled(image[top:bottom, left:right], scale)[:, :, ::-1])


def _views(image: Pixels, around: Sequence[Rect] | None) -> Iterator[View]:
    """Parts to look at, the largest first."""
    height, width = image.shape[:2]
    longest = max(height, width)
    whole = (0, height, 0, width)
    is_small = longest <= WHOLE_SIDE
    coarse = min(WHOLE_SIDE / longest, MAX_ENLARGEMENT) if is_small else COARSE_SIDE / longest
    if around is not None:
        coarse = min(coarse, max(1.0, VERIFY_SIDE / longest))
    yield *whole, coarse, 0, 0
    if not is_small:
        yield from _tiles(image, around)
    if around is None:
        for side in REDUCED_SIDES:
            yield *whole, side / longest, 0, 0


def _tiles(image: Pixels, around: Sequence[Rect] | None) -> Iterator[View]:
    height, width = image.shape[:2]
    fine = min(1.0, FINE_SIDE / max(height, width))
    for top, bottom in _tile_ranges(height, fine):
        for left, right in _tile_ranges(width, fine):
            tile = (left, top, right, bottom)
            part = tile if around is None else _near(around, tile, VERIFY_REACH / fine)
            if part is not None:
                start, above, end, below = part
                if _has_edges(scaled(image[above:below, start:end], fine)):
                    yield above, below, start, end, fine, start, above


def _has_edges(view: Pixels) -> bool:
    """Whether anything in it could be a letter: bare skin, sky and the black around a scan are not.

    A word of two letters at the least height that is detected at all has more edges.
    """
    smooth = cv2.blur(view, (3, 3))
    steps = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return int((np.asarray(steps).max(axis=2) > EDGE_STEP).sum()) >= MIN_EDGE_PIXELS


def _tile_ranges(length: int, scale: float) -> list[tuple[int, int]]:
    """Equal overlapping parts of a side, each at most TILE_SIDE long once scaled."""
    overlap = round(TILE_OVERLAP / scale)
    count = max(1, math.ceil((length - overlap) / (TILE_SIDE / scale - overlap)))
    side = math.ceil((length + (count - 1) * overlap) / count)
    starts = [min(number * (side - overlap), length - side) for number in range(count)]
    return [(start, start + side) for start in starts]


def _near(
    redactions: Sequence[Rect], tile: tuple[int, int, int, int], reach: float
) -> tuple[int, int, int, int] | None:
    """The part of a tile around the redactions in it: left, top, right, bottom; None without."""
    left, top, right, bottom = tile
    inside = [
        (x, y, x + w, y + h)
        for x, y, w, h in redactions
        if x < right and left < x + w and y < bottom and top < y + h
    ]
    if not inside:
        return None
    starts, tops, ends, bottoms = zip(*inside, strict=True)
    return (
        max(left, int(min(starts) - reach)),
        max(top, int(min(tops) - reach)),
        min(right, int(max(ends) + reach)),
        min(bottom, int(max(bottoms) + reach)),
    )
