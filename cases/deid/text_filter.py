"""Decides which detected lines are text: what the reader makes of them, their size and company.

A large line that reads as next to nothing is searched once more by itself before it is dropped.
One that reads like an ECG or a pulse is searched once more without its curve. How sure detector
and reader are is 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from cases.deid import reader_judgement as judgement
from cases.deid import waveforms
from cases.deid.ocr_models import detect_lines, read_lines, scaled
from cases.deid.reader_judgement import ReadLine
from cases.deid.text_lines import (
    Pixels,
    Rect,
    TextLine,
    are_in_one_row,
    merge_detections,
    moved,
)

SMALL_PICTURE_SIDE = 1440
"""Longest side of pictures whose doubtful lines are enlarged as far as possible."""
CROP_SIDE, LARGE_PICTURE_CROP_SIDE = 1280, 800
MAX_CROP_ENLARGEMENT = 2.5
"""Longest side to which a doubtful line is enlarged to be searched by itself, and how far."""
MIN_CROP_SIDE = 32
WAVEFORM_MIN_CROP_SIDE = 12
WAVEFORM_MAX_SIDE = 1440
EVENED_SIDE = 720
GROUND_BLUR, CONTRAST = 20, 3
"""What varies over more pixels than this is ground; the rest is made so much stronger."""
MIN_EDGE_PIXELS = 60
"""A part of a picture with fewer pixels of edges holds no letter."""
MAX_SAME_PART = 0.6
"""What fills so much of a doubtful line is that line again, and no surer for it."""
DOUBTFUL_GAP = 2.5
"""A doubtful letter so many heights from an accepted one, and of its height, belongs to it."""


@dataclass(slots=True)
class _Verdicts:
    """What was decided about the lines of one picture so far."""

    accepted: list[TextLine]
    doubtful: list[TextLine]
    waveforms: list[TextLine]
    searched: list[TextLine]


def filter_lines(
    image: Pixels,
    lines: list[TextLine],
    redactions: Sequence[Rect] = (),
    *,
    search_again: bool = True,
) -> Iterator[TextLine]:
    """The lines on a BGR picture that are text, and those found inside doubtful ones.

    Next to one of our `redactions` (x, y, width, height) a letter or two is the redaction itself:
    it looks like a dash. Without `search_again` doubtful lines are not searched by themselves.
    """
    read = [
        ReadLine(line, text, sure)
        for line, (text, sure) in zip(lines, read_lines(image, lines), strict=True)
    ]
    verdicts = _Verdicts([], [], [], [])
    for line in read:
        _judge(image, line, read, redactions, verdicts, search_again=search_again)
    yield from verdicts.accepted
    for doubtful in verdicts.doubtful:
        if any(are_in_one_row(doubtful, line, DOUBTFUL_GAP) for line in verdicts.accepted):
            yield doubtful


def _judge(
    image: Pixels,
    read: ReadLine,
    others: Sequence[ReadLine],
    redactions: Sequence[Rect],
    verdicts: _Verdicts,
    *,
    search_again: bool,
) -> None:
    """Add one line to the verdicts, or what was found in its place; nothing if it is no text."""
    line = read.line
    part = line.area / (image.shape[0] * image.shape[1])
    if judgement.is_ring_or_redaction(read, others, min(image.shape[:2]), redactions):
        return
    if judgement.is_part_of_waveform(read, verdicts.waveforms):
        return
    if search_again and judgement.may_be_waveform(read, part):
        beside = _text_beside_waveform(image, line, is_certain=read.reads_as_waveform)
        if beside is not None:
            verdicts.accepted += beside
            verdicts.waveforms.append(line)
            return
    if judgement.is_part_of_better(read, others):
        return
    if read.is_short and judgement.is_mostly_anatomy(line, part, others):
        if search_again and not any(judgement.is_within(line, done) for done in verdicts.searched):
            verdicts.searched.append(line)
            verdicts.accepted += _search_inside(image, line)
    elif judgement.is_better_read_in_parts(read, others):
        return
    elif judgement.is_text(read):
        verdicts.accepted.append(line)
    elif judgement.is_doubtful(read):
        verdicts.doubtful.append(line)


def _crop(image: Pixels, line: TextLine) -> tuple[int, int, Pixels]:
    """Left and top in the picture of the part around a line, and that part."""
    left, top, right, bottom = (round(value) for value in line.rect)
    left, top = max(0, left), max(0, top)
    return left, top, np.ascontiguousarray(image[top:bottom, left:right])


def _text_beside_waveform(
    image: Pixels, line: TextLine, *, is_certain: bool
) -> list[TextLine] | None:
    """The text in a line once its curve is taken away; None if it holds no curve."""
    left, top, crop = _crop(image, line)
    if min(crop.shape[:2]) < WAVEFORM_MIN_CROP_SIDE:
        return [] if is_certain else None
    paper, has_waveform = waveforms.remove_waveforms(crop)
    if not (is_certain or has_waveform):
        return None
    if (paper == 0).sum() < MIN_EDGE_PIXELS:
        return []
    scale = min(2.0, WAVEFORM_MAX_SIDE / max(crop.shape[:2]))
    lines = merge_detections(detect_lines(scaled(paper, scale), scale))
    return [moved(text, left, top) for text in filter_lines(paper, lines, search_again=False)]


def _search_inside(image: Pixels, line: TextLine) -> Iterator[TextLine]:
    """Smaller lines of text inside a large line that reads as next to nothing."""
    left, top, crop = _crop(image, line)
    if min(crop.shape[:2]) < MIN_CROP_SIDE:
        return
    is_small = max(image.shape[:2]) <= SMALL_PICTURE_SIDE
    side = CROP_SIDE if is_small else LARGE_PICTURE_CROP_SIDE
    scale = min(side / max(crop.shape[:2]), MAX_CROP_ENLARGEMENT)
    lines = merge_detections(detect_lines(scaled(crop, scale), scale))
    texts = list(filter_lines(crop, lines, search_again=False)) or _on_even_ground(crop)
    for text in texts:
        if text.area < MAX_SAME_PART * crop.shape[0] * crop.shape[1]:
            yield moved(text, left, top)


def _on_even_ground(crop: Pixels) -> list[TextLine]:
    """What reads well once the ground is evened: a blurred line on blurred colours does."""
    scale = min(1.0, EVENED_SIDE / max(crop.shape[:2]))
    small = scaled(crop, scale).astype(np.float32)
    ground = cv2.GaussianBlur(small, (0, 0), GROUND_BLUR)
    even = np.clip(128 + CONTRAST * (small - ground), 0, 255).astype(np.uint8)
    lines = [line for line in detect_lines(even) if judgement.is_long_and_sure(line)]
    return [
        replace(line, quad=line.quad / np.float32(scale))
        for line, (text, sure) in zip(lines, read_lines(even, lines), strict=True)
        if judgement.reads_well(ReadLine(line, text, sure))
    ]
