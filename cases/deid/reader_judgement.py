"""What the text of a line, its shape and the lines around it say: letters, anatomy or a curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from cases.deid.text_lines import Corners, Rect, TextLine, overlap_area

LARGE_PART = 0.12
"""A short line over this part of the frame is mostly anatomy."""
LONE_PART = 0.05
"""So is one over this part, without others beside it."""
FEW_LETTERS = 2
DETECTOR_SURE = 0.6
READER_SURE = 0.5
FEW_LETTERS_SURE = 0.85
"""The reader must be this sure of a letter or two: it sees an O in every circle."""
WELL_READ = 0.9
DOUBTFUL = 0.3
LONG_SURE, LONG_SHAPE = 0.7, 2.5
"""A script that the reader does not know: a line so sure and so much longer than high is text."""
WORD_SURE, WORD_SHAPE = 0.75, 1.7
"""So is a shorter one, detected in more than one view."""
ROUND_LETTERS = frozenset("o0cqdge\u3007\u53e3\u25cb\u3002°@")
"""What the reader makes of rings: an annular lesion, a coin, an eye."""
CIRCLES = frozenset("o0c\u3007\u53e3\u25cb")
"""What it makes of a circle or, between two of a row, of its sides."""
RING_PART = 0.1
"""A lone round letter higher than this part of the shorter side is a ring."""
WAVEFORM_LETTERS = frozenset("mwnuvoil1hta-\u4e00\u516b\u3057\u4eba\u5165")
"""What the reader makes of an ECG or a pulse: WMMM, nMMMoM."""
WAVEFORM_PART = 0.03
"""A line of such letters alone, over this part of the frame, is a curve."""
WAVEFORM_SHAPE, WAVEFORM_SURE = 4.0, 0.65
"""So is a long one that the reader is unsure of."""
IN_WAVEFORM_SURE = 0.8
"""Within a curve only what is read this surely is text."""


@dataclass(frozen=True)
class ReadLine:
    """A detected line, what the reader reads in it, and how sure the reader is (0 to 1)."""

    line: TextLine
    text: str
    sure: float

    @cached_property
    def letters(self) -> int:
        """How many letters were read. One letter over and over is a curve: "MMMMMM" counts two."""
        letters = _letters(self.text)
        return min(len(letters), FEW_LETTERS) if len(set(letters)) == 1 else len(letters)

    @property
    def is_short(self) -> bool:
        """Whether it reads as next to nothing."""
        return self.letters <= FEW_LETTERS

    @cached_property
    def reads_as_waveform(self) -> bool:
        """Whether the text is what the reader makes of a curve."""
        letters = _letters(self.text)
        has_few_kinds = len(set(letters)) <= 3 and len(letters) >= 6
        return has_few_kinds or (bool(letters) and set(letters) <= WAVEFORM_LETTERS)


def _letters(text: str) -> list[str]:
    return [letter for letter in text.casefold() if letter.isalnum()]


def is_text(read: ReadLine) -> bool:
    """Whether detector and reader together are sure enough."""
    line = read.line
    if not read.is_short:
        return read.sure >= READER_SURE or line.score >= DETECTOR_SURE
    is_word = line.score >= WORD_SURE and line.shape >= WORD_SHAPE and line.views > 1
    is_read = read.letters > 0 and read.sure >= FEW_LETTERS_SURE
    return is_long_and_sure(line) or is_word or is_read


def is_doubtful(read: ReadLine) -> bool:
    """Whether it is text only where accepted text stands beside it."""
    return bool(read.letters) and read.sure >= DOUBTFUL


def is_long_and_sure(line: TextLine) -> bool:
    """Whether the detector alone is enough, whatever the script."""
    return line.score >= LONG_SURE and line.shape >= LONG_SHAPE


def reads_well(read: ReadLine) -> bool:
    """Whether more than a letter or two is read, and no curve."""
    return not read.is_short and read.sure >= READER_SURE and not read.reads_as_waveform


def is_ring_or_redaction(
    read: ReadLine, others: Sequence[ReadLine], side: int, redactions: Sequence[Rect]
) -> bool:
    """Whether a letter or two is a ring, or one of our redactions (x, y, width, height).

    `side` is the shorter side of the picture in pixels.
    """
    if not read.is_short:
        return False
    return _is_ring(read, others, side) or any(
        overlap_area(read.line.rect, _corners(redaction)) for redaction in redactions
    )


def _is_ring(read: ReadLine, others: Sequence[ReadLine], side: int) -> bool:
    """Whether a large, lone, round letter is a shape; among huge lines unlike it, it is not."""
    _, top, _, bottom = read.line.rect
    is_round = set(read.text.casefold()) <= ROUND_LETTERS and read.line.shape < LONG_SHAPE
    if not is_round or bottom - top < RING_PART * side:
        return False
    shapes = _shapes(read.text)
    # Rings come in rows as well: a line that reads as the same letter is no company.
    unlike = [other for other in others if not _shapes(other.text) <= shapes]
    return not _has_company(read.line, unlike)


def _shapes(text: str) -> set[str]:
    """The letters of a text, all that is a plain circle being one."""
    return {"o" if letter in CIRCLES else letter for letter in _letters(text)}


def _corners(rect: Rect) -> Corners:
    x, y, w, h = rect
    return x, y, x + w, y + h


def is_part_of_waveform(read: ReadLine, waveforms: Sequence[TextLine]) -> bool:
    """Whether it lies in a curve and is not read surely enough to be text across it."""
    if not any(is_within(read.line, waveform) for waveform in waveforms):
        return False
    return read.is_short or read.reads_as_waveform or read.sure < IN_WAVEFORM_SURE


def may_be_waveform(read: ReadLine, part: float) -> bool:
    """Whether a long line over this part of the frame could be an ECG or a pulse."""
    if part <= WAVEFORM_PART or read.line.shape < LONG_SHAPE:
        return False
    is_unsure = read.line.shape >= WAVEFORM_SHAPE and read.sure < WAVEFORM_SURE
    return read.reads_as_waveform or is_unsure


def is_part_of_better(read: ReadLine, others: Sequence[ReadLine]) -> bool:
    """Whether a loose detection in one view only is mostly a line that is well read."""
    line = read.line
    return line.views == 1 and any(
        other.line is not line
        and line.sides[1] >= 1.2 * other.line.sides[1]
        and overlap_area(line.rect, other.line.rect) > 0.5 * line.area
        for other in others
        if not other.is_short and other.sure >= WELL_READ and other.line.views > 1
    )


def is_within(line: TextLine, other: TextLine) -> bool:
    """Whether most of a line lies in another."""
    return overlap_area(line.rect, other.rect) > 0.7 * line.area


def is_mostly_anatomy(line: TextLine, part: float, others: Sequence[ReadLine]) -> bool:
    """Whether a short line over this part of the frame is so large that it is mostly anatomy."""
    if part > LARGE_PART:
        return True
    is_lone = part > LONE_PART and not _has_company(line, others)
    return is_lone and not (is_long_and_sure(line) and line.views > 1)


def is_better_read_in_parts(read: ReadLine, others: Sequence[ReadLine]) -> bool:
    """Whether a loose line gives way to smaller ones in it that read as much."""
    line = read.line
    if read.sure >= LONG_SURE and line.views > 1:
        return False
    in_parts = sum(
        other.letters
        for other in others
        if other.line.area < 0.6 * line.area
        and overlap_area(line.rect, other.line.rect) > 0.6 * other.line.area
    )
    return in_parts >= read.letters


def _has_company(line: TextLine, others: Sequence[ReadLine]) -> bool:
    """Whether another line stands beside this one, as the letters of a huge word do."""
    left, top, right, bottom = line.rect
    rects = (
        other.line.rect
        for other in others
        if other.line is not line and not overlap_area(line.rect, other.line.rect)
    )
    return any(
        min(bottom, low) - max(top, high) > 0.5 * (bottom - top)
        and max(left - end, start - right) < 2 * (right - left)
        for start, high, end, low in rects
    )
