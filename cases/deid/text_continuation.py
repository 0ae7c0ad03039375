"""Searches the rows of detected lines for parts of them that were not detected.

A line that runs from light ground onto dark is often detected in part only. What lies beside that
part is searched again, scaled to the height that the detector reads best, its contrast evened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from cases.deid.ocr_models import detect_lines, read_lines
from cases.deid.text_lines import Corners, Pixels, TextLine, overlap_area, upright_line

EDGE_STEP, MIN_EDGE_PIXELS = 7, 12
"""So many pixels with such a step of brightness beside a line are worth a search."""
SEARCH_HEIGHT = 40
"""Pixels to which the height of a line is scaled."""
REACH = 9.0
"""How many heights before and behind a line are searched."""
MARGIN = 0.5
"""Part of its height that is searched above and below."""
MAX_LINES = 12
"""So many lines of a picture are continued, the longest first."""
MAX_HEIGHT = 0.12
"""Lines higher than this part of the picture are detected whole."""
READER_SURE = 0.5
"""The reader must be this sure of a piece of at least two letters."""
MAX_GAP = 2.5
"""A piece may be so many heights from the line or from another piece of it."""


def find_continuations(image: Pixels, lines: Sequence[TextLine]) -> list[TextLine]:
    """Pieces of text in the rows of level lines that the lines do not cover, on a BGR picture."""
    level = [line for line in lines if _is_level(line, image.shape[0])]
    level.sort(key=lambda line: line.sides[0], reverse=True)
    return [piece for line in level[:MAX_LINES] for piece in _pieces(image, line, lines)]


def _is_level(line: TextLine, height: int) -> bool:
    left, top, right, bottom = line.rect
    across, down = line.quad[1] - line.quad[0]
    is_low = 6 <= bottom - top < MAX_HEIGHT * height
    return is_low and right - left > 1.2 * (bottom - top) and abs(down) < 0.12 * abs(across)


def _pieces(image: Pixels, line: TextLine, lines: Sequence[TextLine]) -> Iterator[TextLine]:
    left, top, right, bottom = line.rect
    high = bottom - top
    start, end = max(0, int(left - REACH * high)), int(right + REACH * high)
    above, below = max(0, int(top - MARGIN * high)), int(bottom + MARGIN * high)
    plain = image[above:below, start:end]
    if not _has_edges_beside(plain, int(left) - start, int(right) - start):
        return
    strip = _with_even_contrast(plain)
    scale = SEARCH_HEIGHT / high
    size = (max(32, round(strip.shape[1] * scale)), max(32, round(strip.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    view = np.asarray(cv2.resize(strip, size, interpolation=method), dtype=np.uint8)
    detected = [each for each in detect_lines(view) if _is_level(each, 10 * size[1])]
    texts = read_lines(view, detected)
    row: list[Corners] = [line.rect]
    pieces = sorted(zip(detected, texts, strict=True), key=lambda piece: -piece[1][1])
    for _ in range(2):  # a piece may continue another
        for detected_line, (text, sure) in pieces:
            edges = _placed(detected_line, size, strip, start, above)
            if edges in row or sum(letter.isalnum() for letter in text) < 2 or sure < READER_SURE:
                continue
            if _in_row(edges, line.rect, row):
                row.append(edges)
    for edges in row[1:]:
        piece = upright_line(_as_high(edges, line), line.score)
        if not any(overlap_area(edges, other.rect) > 0.8 * piece.area for other in lines):
            yield piece


def _has_edges_beside(strip: Pixels, first: int, last: int) -> bool:
    """Whether anything in the strip before `first` or after `last` has edges at all."""
    steps = cv2.morphologyEx(cv2.blur(strip, (3, 3)), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    has_edge = np.asarray(steps).max(axis=2) > EDGE_STEP
    return int(has_edge[:, : max(0, first)].sum() + has_edge[:, last:].sum()) >= MIN_EDGE_PIXELS


def _with_even_contrast(strip: Pixels) -> Pixels:
    """Contrast of brightness equalized within small fields; colour stays."""
    lab = cv2.cvtColor(strip, cv2.COLOR_BGR2LAB)
    fields = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(max(1, strip.shape[1] // 64), 1))
    lab[:, :, 0] = fields.apply(np.ascontiguousarray(lab[:, :, 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), dtype=np.uint8)


def _placed(piece: TextLine, size: tuple[int, int], strip: Pixels, left: int, top: int) -> Corners:
    across, down = strip.shape[1] / size[0], strip.shape[0] / size[1]
    start, high, end, low = piece.rect
    return left + start * across, top + high * down, left + end * across, top + low * down


def _as_high(edges: Corners, line: TextLine) -> Corners:
    """A piece no higher than its line, whose height is known better."""
    _, top, _, bottom = line.rect
    return edges[0], max(top, edges[1]), edges[2], min(bottom, edges[3])


def _in_row(edges: Corners, line: Corners, row: Sequence[Corners]) -> bool:
    left, top, right, bottom = edges
    high = line[3] - line[1]
    is_level = abs((top + bottom) - (line[1] + line[3])) < 0.5 * high
    is_like = 0.5 < (bottom - top) / high < 2.2
    return (
        is_level
        and is_like
        and any(max(left - end, start - right) < MAX_GAP * high for start, _, end, _ in row)
    )
