"""Finds burned-in text with RapidOCR's detector, and asks its reader whether it is text at all.

The detector takes a retina, a head CT or a cup for one line of text, so what it finds must pass a
gate: large boxes that read as next to nothing are looked into again before they are dropped.
It misses small and huge letters in large pictures, so it looks at several scales.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from cases.deid import ocr_models, text_continuation, waveforms
from cases.deid.ocr_models import detect_lines, read_lines, scaled
from cases.deid.text_lines import (
    Corners,
    Detection,
    Pixels,
    Rect,
    TextLine,
    are_in_one_row,
    boxes_over,
    join_rows,
    merge_detections,
    moved,
    overlap_area,
)

COARSE = 1280
"""Longest side of the look at the whole of a large picture."""
WHOLE = 1440
"""Longest side of pictures that are looked at without tiles; smaller ones are enlarged to it."""
MOST_ENLARGED = 2.0
AGAIN = 960
"""Longest side to which a picture is enlarged for the second look."""
SMALLER = (720, 448, 256)
"""Longest sides of the looks for blurred and for huge letters."""
GROUND, STRONGER = 20, 3
"""What varies over more pixels than this is ground; what is left is made so much stronger."""
INSIDE, MOST_INSIDE = 800, 2.5
"""Longest side of the look into a doubtful find of a large picture, and how far it is enlarged."""
FINE = 2380
"""Longest side of what is looked at in tiles."""
TILE = 1280
OVERLAP = 160
BEYOND = 160
"""How far around a bar the second look reaches, in pixels of the fine look."""
EDGE = 14
"""A step of brightness, grain smoothed out. A tile without so many of them is not looked at."""
EDGES = 60
LARGE_PART = 0.12
"""A box over this part of the frame with no more than FEW characters is mostly anatomy."""
FEW = 2
DETECTOR_SURE = 0.6
READER_SURE = 0.5
FEW_SURE = 0.85
"""The reader must be this sure of a character or two: it sees an O in every circle."""
ROUND = frozenset("o0cqdge\u3007\u53e3\u25cb\u3002°@")
"""What the reader makes of rings: an annular lesion, a coin, an eye."""
CIRCLES = frozenset("o0c\u3007\u53e3\u25cb")
"""What it makes of a circle or, between two of a row, of its sides."""
WAVES = frozenset("mwnuvoil1hta-\u4e00\u516b\u3057\u4eba\u5165")
"""What the reader makes of an ECG or a pulse: WMMM, nMMMoM."""
WAVE_PART = 0.03
"""A line of such letters alone, over this part of the frame, is a curve."""
WAVE_SHAPE, WAVE_SURE = 4.0, 0.65
"""So is a long one that the reader is unsure of."""
LINE_SURE = 0.7
LINE_SHAPE = 2.5
"""A script that the reader does not know: a find so sure and so much longer than high is text."""
WORD_SURE, WORD_SHAPE = 0.75, 1.7
"""So is a shorter one, found in more than one view."""
LONE_PART = 0.05
"""A letter or two over this part of the frame, without others beside, is mostly anatomy too."""
SAME_PART = 0.6
"""What fills so much of a doubtful box is that box again, and no surer for it."""
RING_PART = 0.1
"""A lone round letter higher than this part of the shorter side is a ring."""
CURVE_SURE = 0.8
"""Within a curve only this is believed."""
WELL_READ = 0.9
DOUBTFUL = 0.3
BESIDE = 2.5
"""A doubtful letter so many heights from a sure one, and of its height, belongs to it."""


def find_text(image: Pixels, around: Sequence[Rect] | None = None) -> list[Detection]:
    """Boxes of text on an RGB picture, fine passes only near `around` (x, y, w, h) when given."""
    ocr_models.load_models()
    with ThreadPoolExecutor(ocr_models.thread_count()) as pool:
        found = pool.map(
            lambda view: detect_lines(_view(image, *view), *view[4:]), _views(image, around)
        )
        lines = merge_detections([line for some in found for line in some])
    bgr = np.ascontiguousarray(image[:, :, ::-1])
    believed = list(_believe(bgr, lines, around or ()))
    if around is None:
        believed += text_continuation.find_continuations(bgr, believed)
    believed = join_rows(believed)
    return [found for line in believed for found in boxes_over(image, line)]


View = tuple[int, int, int, int, float, int, int]
"""Top, bottom, left, right of a part of the frame; its scale, and its place once more."""


def _view(
    image: Pixels, top: int, bottom: int, left: int, right: int, scale: float, *_: int
) -> Pixels:
    return np.ascontiguousarray(scaled(image[top:bottom, left:right], scale)[:, :, ::-1])


def _views(image: Pixels, around: Sequence[Rect] | None) -> Iterator[View]:
    """Parts to look at, the largest first."""
    height, width = image.shape[:2]
    longest = max(height, width)
    whole = (0, height, 0, width)
    coarse = min(WHOLE / longest, MOST_ENLARGED) if longest <= WHOLE else COARSE / longest
    if around is not None:
        coarse = min(coarse, max(1.0, AGAIN / longest))
    yield *whole, coarse, 0, 0
    if longest > WHOLE:
        yield from _tiles(image, around)
    if around is None:
        for side in SMALLER:
            yield *whole, side / longest, 0, 0


def _tiles(image: Pixels, around: Sequence[Rect] | None) -> Iterator[View]:
    height, width = image.shape[:2]
    fine = min(1.0, FINE / max(height, width))
    for top, bottom in _parts(height, fine):
        for left, right in _parts(width, fine):
            tile = (left, top, right, bottom)
            part = tile if around is None else _near(around, tile, BEYOND / fine)
            if part is not None:
                start, above, end, below = part
                if _has_edges(scaled(image[above:below, start:end], fine)):
                    yield above, below, start, end, fine, start, above


def _has_edges(view: Pixels) -> bool:
    """Whether anything in it could be a letter: bare skin, sky and the black around a scan are not.

    A word of two letters at the least height that is found at all has more.
    """
    smooth = cv2.blur(view, (3, 3))
    steps = cv2.morphologyEx(smooth, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return int((np.asarray(steps).max(axis=2) > EDGE).sum()) >= EDGES


def _parts(length: int, scale: float) -> list[tuple[int, int]]:
    """Equal overlapping parts of a side, each at most TILE long once scaled."""
    overlap = round(OVERLAP / scale)
    count = max(1, math.ceil((length - overlap) / (TILE / scale - overlap)))
    side = math.ceil((length + (count - 1) * overlap) / count)
    starts = [min(number * (side - overlap), length - side) for number in range(count)]
    return [(start, start + side) for start in starts]


def _near(
    bars: Sequence[Rect], tile: tuple[int, int, int, int], beyond: float
) -> tuple[int, int, int, int] | None:
    """The part of a tile around the bars in it: left, top, right, bottom."""
    left, top, right, bottom = tile
    inside = [
        (x, y, x + w, y + h)
        for x, y, w, h in bars
        if x < right and left < x + w and y < bottom and top < y + h
    ]
    if not inside:
        return None
    starts, tops, ends, lows = zip(*inside, strict=True)
    return (
        max(left, int(min(starts) - beyond)),
        max(top, int(min(tops) - beyond)),
        min(right, int(max(ends) + beyond)),
        min(bottom, int(max(lows) + beyond)),
    )


def _believe(
    image: Pixels, lines: list[TextLine], filled: Sequence[Rect] = (), *, again: bool = True
) -> Iterator[TextLine]:
    """The gate: keep what reads as text, look again into large boxes that do not.

    Around a bar we have `filled` in, a letter or two is the bar itself: it looks like a dash.
    """
    texts = read_lines(image, lines)
    counts = [_letters(text) for text, _ in texts]
    kept: list[TextLine] = []
    doubtful: list[TextLine] = []
    found_curves: list[TextLine] = []
    looked: list[TextLine] = []
    better = [
        line
        for line, letters, (_, sure) in zip(lines, counts, texts, strict=True)
        if letters > FEW and sure >= WELL_READ and line.views > 1
    ]
    others = partial(_unlike, lines, [text for text, _ in texts])
    for line, letters, (text, sure) in zip(lines, counts, texts, strict=True):
        part = line.area / (image.shape[0] * image.shape[1])
        if letters <= FEW and _is_known(line, text, min(image.shape[:2]), others(text), filled):
            continue
        if any(_within(line, curve) for curve in found_curves) and (
            letters <= FEW or _is_wave(text) or sure < CURVE_SURE
        ):
            continue
        is_long = again and part > WAVE_PART and line.shape >= LINE_SHAPE
        if is_long and (_is_wave(text) or _is_unsure(line, sure)):
            beside_it = _beside_curve(image, line, certain=_is_wave(text))
            if beside_it is not None:
                kept += beside_it
                found_curves.append(line)
                continue
        if any(_is_part_of(line, other) for other in better):
            continue
        if letters <= FEW and _is_large(line, part, lines):
            if again and not any(_within(line, other) for other in looked):
                looked.append(line)
                kept += _inside(image, line)
        elif _is_loose(line, sure) and _read_within(line, lines, counts) >= letters:
            continue
        elif _is_text(line, letters, sure):
            kept.append(line)
        elif letters and sure >= DOUBTFUL:
            doubtful.append(line)
    yield from kept
    yield from (line for line in doubtful if any(are_in_one_row(line, one, BESIDE) for one in kept))


def _is_part_of(line: TextLine, better: TextLine) -> bool:
    """Whether a loose find in one view only is mostly a line that was found better."""
    if line is better or line.views > 1 or line.sides[1] < 1.2 * better.sides[1]:
        return False
    return overlap_area(line.rect, better.rect) > 0.5 * line.area


def _within(line: TextLine, other: TextLine) -> bool:
    return overlap_area(line.rect, other.rect) > 0.7 * line.area


def _is_known(
    line: TextLine, text: str, side: int, lines: Sequence[TextLine], filled: Sequence[Rect]
) -> bool:
    """Whether a letter or two is a ring, or a bar of ours."""
    return _is_ring(line, text, side, lines) or any(
        overlap_area(line.rect, _corners(bar)) for bar in filled
    )


def _is_loose(line: TextLine, sure: float) -> bool:
    """Whether it gives way to smaller ones in it that read as much."""
    return sure < LINE_SURE or line.views == 1


def _is_large(line: TextLine, part: float, lines: Sequence[TextLine]) -> bool:
    """Whether a find that reads as next to nothing is so large that it is mostly anatomy."""
    if part > LARGE_PART:
        return True
    is_lone = part > LONE_PART and not _has_company(line, lines)
    return is_lone and not (_is_line(line) and line.views > 1)


def _read_within(line: TextLine, lines: Sequence[TextLine], counts: Sequence[int]) -> int:
    """How many letters were read in smaller boxes within this one."""
    return sum(
        count
        for other, count in zip(lines, counts, strict=True)
        if other.area < 0.6 * line.area and overlap_area(line.rect, other.rect) > 0.6 * other.area
    )


def _is_wave(text: str) -> bool:
    """Whether what was read is what the reader makes of a curve."""
    letters = [letter for letter in text.casefold() if letter.isalnum()]
    few_kinds = len(set(letters)) <= 3 and len(letters) >= 6
    return few_kinds or (bool(letters) and set(letters) <= WAVES)


def _is_unsure(line: TextLine, sure: float) -> bool:
    return line.shape >= WAVE_SHAPE and sure < WAVE_SURE


def _beside_curve(image: Pixels, line: TextLine, *, certain: bool) -> list[TextLine] | None:
    """The text in a find once its curve is taken away; nothing if it holds no curve."""
    left, top, crop = _cut(image, line)
    if min(crop.shape[:2]) < 12:
        return [] if certain else None
    paper, has_curve = waveforms.remove_waveforms(crop)
    if not (certain or has_curve):
        return None
    if (paper == 0).sum() < EDGES:
        return []
    scale = min(2.0, WHOLE / max(crop.shape[:2]))
    lines = merge_detections(detect_lines(scaled(paper, scale), scale))
    return [moved(found, left, top) for found in _believe(paper, lines, again=False)]


def _is_ring(line: TextLine, text: str, side: int, lines: Sequence[TextLine]) -> bool:
    """Whether a large, lone, round letter is a shape; among huge `lines` unlike it, it is not."""
    _, top, _, bottom = line.rect
    is_round = set(text.casefold()) <= ROUND and line.shape < LINE_SHAPE
    if not is_round or bottom - top < RING_PART * side:
        return False
    return not _has_company(line, lines)


def _unlike(lines: Sequence[TextLine], texts: Sequence[str], text: str) -> list[TextLine]:
    """The lines that read as something else than this round letter: rings come in rows as well."""
    kind = _kinds(text)
    return [line for line, other in zip(lines, texts, strict=True) if not _kinds(other) <= kind]


def _kinds(text: str) -> set[str]:
    """The letters read, all that is a plain circle being one."""
    letters = {letter for letter in text.casefold() if letter.isalnum()}
    return {"o" if letter in CIRCLES else letter for letter in letters}


def _has_company(line: TextLine, lines: Sequence[TextLine]) -> bool:
    """Whether another line stands beside this one, as the letters of a huge word do."""
    left, top, right, bottom = line.rect
    others = (
        other.rect
        for other in lines
        if other is not line and not overlap_area(line.rect, other.rect)
    )
    return any(
        min(bottom, low) - max(top, high) > 0.5 * (bottom - top)
        and max(left - end, start - right) < 2 * (right - left)
        for start, high, end, low in others
    )


def _corners(bar: Rect) -> Corners:
    x, y, w, h = bar
    return x, y, x + w, y + h


def _letters(text: str) -> int:
    """How much was read. One letter over and over is a curve: an ECG reads "MMMMMM"."""
    letters = [letter for letter in text.casefold() if letter.isalnum()]
    return min(len(letters), FEW) if len(set(letters)) == 1 else len(letters)


def _is_text(line: TextLine, letters: int, sure: float) -> bool:
    if letters > FEW:
        return sure >= READER_SURE or line.score >= DETECTOR_SURE
    is_word = line.score >= WORD_SURE and line.shape >= WORD_SHAPE and line.views > 1
    return _is_line(line) or is_word or (letters > 0 and sure >= FEW_SURE)


def _is_line(line: TextLine) -> bool:
    return line.score >= LINE_SURE and line.shape >= LINE_SHAPE


def _cut(image: Pixels, line: TextLine) -> tuple[int, int, Pixels]:
    left, top, right, bottom = (round(value) for value in line.rect)
    left, top = max(0, left), max(0, top)
    return left, top, np.ascontiguousarray(image[top:bottom, left:right])


def _inside(image: Pixels, line: TextLine) -> Iterator[TextLine]:
    left, top, crop = _cut(image, line)
    if min(crop.shape[:2]) < 32:
        return
    side = COARSE if max(image.shape[:2]) <= WHOLE else INSIDE
    scale = min(side / max(crop.shape[:2]), MOST_INSIDE)
    lines = merge_detections(detect_lines(scaled(crop, scale), scale))
    believed = list(_believe(crop, lines, again=False))
    if not believed:
        believed = _on_even_ground(crop)
    for found in believed:
        if found.area < SAME_PART * crop.shape[0] * crop.shape[1]:
            yield moved(found, left, top)


def _on_even_ground(crop: Pixels) -> list[TextLine]:
    """What reads well once the ground is evened: a blurred line on blurred colours does."""
    scale = min(1.0, SMALLER[0] / max(crop.shape[:2]))
    small = scaled(crop, scale).astype(np.float32)
    ground = cv2.GaussianBlur(small, (0, 0), GROUND)
    even = np.clip(128 + STRONGER * (small - ground), 0, 255).astype(np.uint8)
    lines = [line for line in detect_lines(even) if _is_line(line)]
    return [
        replace(line, quad=line.quad / np.float32(scale))
        for line, (text, sure) in zip(lines, read_lines(even, lines), strict=True)
        if _letters(text) > FEW and sure >= READER_SURE and not _is_wave(text)
    ]
