"""Looks along the lines that were found for what belongs to them and was not.

A line that runs from light ground onto dark is often found in part only. What lies beside that part
is looked at again, as high as the detector likes letters best and with its contrast evened out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from cases.deid.ocr_models import detect_lines, read_lines
from cases.deid.text_lines import Corners, Pixels, TextLine, overlap_area, upright_line

STEP, STEPS = 7, 12
"""So many places with a step of brightness beside a line are worth a look."""
HEIGHT = 40
"""Pixels that a find is brought to."""
REACH = 9.0
"""How many heights before and behind a line are looked at."""
AROUND = 0.5
"""How much of its height above and below."""
MOST = 12
"""Lines of a picture that are looked along, the longest first."""
LARGEST = 0.12
"""Lines higher than this part of the picture are found whole."""
SURE = 0.5
"""What the reader must be of a piece of at least two letters."""
APART = 2.5
"""A piece may be so many heights from the line or from another piece of it."""


def find_continuations(image: Pixels, lines: Sequence[TextLine]) -> list[TextLine]:
    """Pieces of text in the rows of level lines that the lines do not cover. The picture is BGR."""
    level = [line for line in lines if _is_level(line, image.shape[0])]
    level.sort(key=lambda line: line.sides[0], reverse=True)
    return [piece for line in level[:MOST] for piece in _pieces(image, line, lines)]


def _is_level(line: TextLine, height: int) -> bool:
    left, top, right, bottom = line.rect
    across, down = line.quad[1] - line.quad[0]
    is_low = 6 <= bottom - top < LARGEST * height
    return is_low and right - left > 1.2 * (bottom - top) and abs(down) < 0.12 * abs(across)


def _pieces(image: Pixels, line: TextLine, lines: Sequence[TextLine]) -> Iterator[TextLine]:
    left, top, right, bottom = line.rect
    high = bottom - top
    start, end = max(0, int(left - REACH * high)), int(right + REACH * high)
    above, below = max(0, int(top - AROUND * high)), int(bottom + AROUND * high)
    plain = image[above:below, start:end]
    if not _goes_on(plain, int(left) - start, int(right) - start):
        return
    strip = _evened(plain)
    scale = HEIGHT / high
    size = (max(32, round(strip.shape[1] * scale)), max(32, round(strip.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    view = np.asarray(cv2.resize(strip, size, interpolation=method), dtype=np.uint8)
    found = [one for one in detect_lines(view) if _is_level(one, 10 * size[1])]
    texts = read_lines(view, found)
    row: list[Corners] = [line.rect]
    pieces = sorted(zip(found, texts, strict=True), key=lambda one: -one[1][1])
    for _ in range(2):  # a piece may hang on another
        for one, (text, sure) in pieces:
            edges = _placed(one, size, strip, start, above)
            if edges in row or sum(letter.isalnum() for letter in text) < 2 or sure < SURE:
                continue
            if _in_row(edges, line.rect, row):
                row.append(edges)
    for edges in row[1:]:
        piece = upright_line(_as_high(edges, line), line.score)
        if not any(overlap_area(edges, other.rect) > 0.8 * piece.area for other in lines):
            yield piece


def _goes_on(strip: Pixels, first: int, last: int) -> bool:
    """Whether anything before or after the line has edges at all."""
    steps = cv2.morphologyEx(cv2.blur(strip, (3, 3)), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    has_edge = np.asarray(steps).max(axis=2) > STEP
    return int(has_edge[:, : max(0, first)].sum() + has_edge[:, last:].sum()) >= STEPS


def _evened(strip: Pixels) -> Pixels:
    """Brightness spread within small fields, colour kept."""
    lab = cv2.cvtColor(strip, cv2.COLOR_BGR2LAB)
    fields = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(max(1, strip.shape[1] // 64), 1))
    lab[:, :, 0] = fields.apply(np.ascontiguousarray(lab[:, :, 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), dtype=np.uint8)


def _placed(piece: TextLine, size: tuple[int, int], strip: Pixels, left: int, top: int) -> Corners:
    across, down = strip.shape[1] / size[0], strip.shape[0] / size[1]
    start, high, end, low = piece.rect
    return left + start * across, top + high * down, left + end * across, top + low * down


def _as_high(edges: Corners, line: TextLine) -> Corners:
    """A piece as high as its line, which was found closer, where that is straight."""
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
        and any(max(left - end, start - right) < APART * high for start, _, end, _ in row)
    )
