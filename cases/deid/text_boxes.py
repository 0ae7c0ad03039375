"""Finds burned-in text with RapidOCR's detector, and asks its reader whether it is text at all.

The detector takes a retina, a head CT or a cup for one line of text, so what it finds must pass a
gate: large boxes that read as next to nothing are looked into again before they are dropped.
It misses small and huge letters in large pictures, so it looks at several scales.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cases.deid.errors import EngineFailed

Pixels = NDArray[np.uint8]
Quad = NDArray[np.float32]
Rect = tuple[int, int, int, int]
"""Left, top, width, height."""

COARSE = 1280
"""Longest side of the look at the whole."""
SMALL = 448
"""Longest side of the look for huge letters."""
MIDDLE = 720
"""Longest side of the look for blurred letters."""
FINE = 2380
"""Longest side of what is looked at in tiles."""
TILE = 1280
OVERLAP = 160
TIGHTER = 0.08
"""By how much of its height a box is drawn in: the detector's are nearly twice the letters'."""
LARGE_HEIGHT, TIGHTER_LARGE = 100, 0.14
LARGE_PART = 0.12
"""A box over this part of the frame with no more than FEW characters is mostly anatomy."""
FEW = 2
DETECTOR_SURE = 0.6
READER_SURE = 0.5
FEW_SURE = 0.85
"""The reader must be this sure of a character or two: it sees an O in every circle."""
ROUND = frozenset("o0cqdge\u3007\u53e3\u25cb\u3002°@")
"""What the reader makes of rings: an annular lesion, a coin, an eye."""
WAVES = frozenset("mwnuvoil1")
"""What the reader makes of an ECG or a pulse: WMMM, nMMMoM."""
WAVE_PART = 0.03
"""A line of such letters alone, over this part of the frame, is a curve."""
LINE_SURE = 0.7
LINE_SHAPE = 2.5
"""A script that the reader does not know: a find so sure and so much longer than high is text."""
LONE_PART = 0.05
"""A letter or two over this part of the frame, without others beside, is mostly anatomy too."""
LOOSE_PART = 0.25
"""A box over this part of the frame gives way to smaller ones in it that read as much."""
SAME_PART = 0.6
"""What fills so much of a doubtful box is that box again, and no surer for it."""
RING_PART = 0.1
"""A lone round letter higher than this part of the shorter side is a ring."""


@dataclass(frozen=True, slots=True)
class Found:
    """A box in pixels of the frame."""

    x: float
    y: float
    w: float
    h: float
    score: float


@dataclass(frozen=True, slots=True)
class _Line:
    """One detected line: its corners in pixels of the frame, and the detector's score."""

    quad: Quad
    score: float

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        left, top = self.quad.min(axis=0)
        right, bottom = self.quad.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def shape(self) -> float:
        """How much longer than high, whichever way it runs."""
        sides = [float(np.linalg.norm(self.quad[n] - self.quad[0])) for n in (1, 3)]
        return max(sides) / max(1.0, min(sides))

    @property
    def area(self) -> float:
        left, top, right, bottom = self.rect
        return max(0.0, right - left) * max(0.0, bottom - top)


@dataclass(frozen=True, slots=True)
class _Models:
    detector: Any
    reader: Any


@cache
def _engine() -> _Models:
    """The OCR models, loaded once. Their paths are given, so that nothing is ever fetched."""
    try:
        import rapidocr
    except ImportError as missing:
        raise EngineFailed("the text detector (rapidocr) is not installed") from missing
    models = Path(rapidocr.__file__).parent / "models"
    paths = {
        "Det.model_path": models / "PP-OCRv6_det_small.onnx",
        "Cls.model_path": models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
        "Rec.model_path": models / "PP-OCRv6_rec_small.onnx",
    }
    if not all(path.is_file() for path in paths.values()):
        raise EngineFailed("the text detector's models are not installed")
    threads = max(1, min(4, os.cpu_count() or 1))
    cv2.setNumThreads(threads)
    _stay_silent()
    engine: Any = rapidocr.RapidOCR(
        params={
            **{name: str(path) for name, path in paths.items()},
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "Det.limit_type": "max",
            "Det.limit_side_len": FINE,
            "Det.box_thresh": 0.4,
        }
    )
    loaded = _Models(engine._load_det_model(), engine._load_rec_model())
    loaded.detector.session.session = session(paths["Det.model_path"], threads)
    loaded.reader.session.session = session(paths["Rec.model_path"], threads)
    return loaded


def _stay_silent() -> None:
    """No telemetry of the runtime: nothing leaves, nothing is noted in the home directory.

    It reads the variable when it is loaded; from 1.30 on it would note and upload its use.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()


def session(model: Path, threads: int) -> Any:
    """A session whose threads sleep when they wait: a third less work."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def find(image: Pixels, around: Sequence[Rect] | None = None) -> list[Found]:
    """Boxes of text on an RGB picture, fine passes only near `around` (x, y, w, h) when given."""
    bgr = np.ascontiguousarray(image[:, :, ::-1])
    lines = _merge([line for view in _views(bgr, around) for line in _detect(*view)])
    return [box for line in _believe(bgr, lines, around or ()) for box in _boxes(line)]


def _views(
    image: Pixels, around: Sequence[Rect] | None
) -> Iterator[tuple[Pixels, float, int, int]]:
    """Pictures to look at, each with its scale and its place in the frame."""
    height, width = image.shape[:2]
    longest = max(height, width)
    # Small pictures are enlarged: letters under ten pixels are found at twice the size.
    coarse = min(COARSE / longest, 2.0 if longest < 1000 else 1.0)
    yield _scaled(image, coarse), coarse, 0, 0
    if around is None:
        for side in (MIDDLE, SMALL):
            yield _scaled(image, side / longest), side / longest, 0, 0
    if longest <= COARSE * 1.2:
        return
    fine = min(1.0, FINE / longest)
    for top, bottom in _parts(height, fine):
        for left, right in _parts(width, fine):
            if around is None or any(_near(box, left, top, right, bottom) for box in around):
                yield _scaled(image[top:bottom, left:right], fine), fine, left, top


def _parts(length: int, scale: float) -> list[tuple[int, int]]:
    """Equal overlapping parts of a side, each at most TILE long once scaled."""
    overlap = round(OVERLAP / scale)
    count = max(1, math.ceil((length - overlap) / (TILE / scale - overlap)))
    side = math.ceil((length + (count - 1) * overlap) / count)
    starts = [min(number * (side - overlap), length - side) for number in range(count)]
    return [(start, start + side) for start in starts]


def _near(box: Rect, left: int, top: int, right: int, bottom: int) -> bool:
    x, y, w, h = box
    return x < right and left < x + w and y < bottom and top < y + h


def _scaled(image: Pixels, scale: float) -> Pixels:
    height, width = image.shape[:2]
    size = (max(32, round(width * scale)), max(32, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method), dtype=np.uint8)


def _detect(view: Pixels, scale: float, left: int, top: int) -> list[_Line]:
    found = _engine().detector(view)
    if found.boxes is None:
        return []
    offset = np.array([left, top], dtype=np.float32)
    return [
        _Line(np.asarray(quad, dtype=np.float32) / scale + offset, float(score))
        for quad, score in zip(found.boxes, found.scores, strict=True)
    ]


def _merge(lines: list[_Line]) -> list[_Line]:
    """Join finds of the same line at several scales and in neighbouring tiles."""
    kept: list[_Line] = []
    for line in sorted(lines, key=lambda line: line.area, reverse=True):
        same = next((place for place, other in enumerate(kept) if _same(line, other)), None)
        if same is None:
            kept.append(line)
        else:
            kept[same] = _joined(kept[same], line)
    return kept


def _same(line: _Line, other: _Line) -> bool:
    """Whether a line lies mostly within one that is no smaller.

    A line inside a huge box is a find of its own: the huge one may not be text at all.
    """
    shared = _shared(line.rect, other.rect)
    return shared > 0.6 * max(1.0, line.area) and other.area < 6 * line.area


def _joined(line: _Line, other: _Line) -> _Line:
    """The smallest upright box over both if they are level, otherwise the larger."""
    score = max(line.score, other.score)
    if not (_level(line.quad) and _level(other.quad)):
        return _Line(line.quad, score)
    left, top = np.minimum(line.quad.min(axis=0), other.quad.min(axis=0))
    right, bottom = np.maximum(line.quad.max(axis=0), other.quad.max(axis=0))
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return _Line(np.array(corners, dtype=np.float32), score)


def _level(quad: Quad) -> bool:
    across, down = quad[1] - quad[0]
    return bool(abs(down) < 0.08 * abs(across))


def _shared(
    one: tuple[float, float, float, float], two: tuple[float, float, float, float]
) -> float:
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    return width * height if width > 0 and height > 0 else 0.0


def _believe(
    image: Pixels, lines: list[_Line], filled: Sequence[Rect] = (), *, again: bool = True
) -> Iterator[_Line]:
    """The gate: keep what reads as text, look again into large boxes that do not.

    Around a bar we have `filled` in, a letter or two is the bar itself: it looks like a dash.
    """
    frame = image.shape[0] * image.shape[1]
    read = _read(image, lines)
    counts = [_letters(text) for text, _ in read]
    for line, letters, (text, sure) in zip(lines, counts, read, strict=True):
        part, is_wave = line.area / frame, _is_wave(text)
        if letters <= FEW and _is_ring(line, text, min(image.shape[:2]), lines):
            continue
        if letters <= FEW and any(_shared(line.rect, _corners(bar)) for bar in filled):
            continue
        is_lone = letters <= FEW and part > LONE_PART and not _has_company(line, lines)
        if (part > WAVE_PART and is_wave) or (part > LARGE_PART and letters <= FEW) or is_lone:
            if again:
                yield from _inside(image, line)
        elif _is_text(line, letters, sure) and (
            part < LOOSE_PART or _read_within(line, lines, counts) < letters
        ):
            yield line


def _read_within(line: _Line, lines: Sequence[_Line], counts: Sequence[int]) -> int:
    """How many letters were read in smaller boxes within this one."""
    return sum(
        count
        for other, count in zip(lines, counts, strict=True)
        if other.area < 0.6 * line.area and _shared(line.rect, other.rect) > 0.6 * other.area
    )


def _is_wave(text: str) -> bool:
    letters = {letter for letter in text.casefold() if letter.isalnum()}
    return bool(letters) and letters <= WAVES


def _is_ring(line: _Line, text: str, side: int, lines: Sequence[_Line]) -> bool:
    """Whether a large, lone, round letter is a shape; in a row of huge letters it has company."""
    _, top, _, bottom = line.rect
    if not set(text.casefold()) <= ROUND or bottom - top < RING_PART * side:
        return False
    return not _has_company(line, lines)


def _has_company(line: _Line, lines: Sequence[_Line]) -> bool:
    """Whether another line stands beside this one, as the letters of a huge word do."""
    left, top, right, bottom = line.rect
    beside = (
        other.rect for other in lines if other is not line and not _shared(line.rect, other.rect)
    )
    return any(
        min(bottom, low) - max(top, high) > 0.5 * (bottom - top)
        and max(left - end, start - right) < 2 * (right - left)
        for start, high, end, low in beside
    )


def _corners(bar: Rect) -> tuple[float, float, float, float]:
    x, y, w, h = bar
    return x, y, x + w, y + h


def _letters(text: str) -> int:
    """How much was read. One letter over and over is a curve: an ECG reads "MMMMMM"."""
    letters = [letter for letter in text.casefold() if letter.isalnum()]
    return min(len(letters), FEW) if len(set(letters)) == 1 else len(letters)


def _is_text(line: _Line, letters: int, sure: float) -> bool:
    if letters <= FEW:
        is_line = line.score >= LINE_SURE and line.shape >= LINE_SHAPE
        return is_line or (letters > 0 and sure >= FEW_SURE)
    return sure >= READER_SURE or line.score >= DETECTOR_SURE


def _inside(image: Pixels, line: _Line) -> Iterator[_Line]:
    left, top, right, bottom = (round(value) for value in line.rect)
    left, top = max(0, left), max(0, top)
    crop = image[top:bottom, left:right]
    if min(crop.shape[:2]) < 32:
        return
    scale = COARSE / max(crop.shape[:2])
    lines = _merge(_detect(_scaled(crop, scale), scale, 0, 0))
    offset = np.array([left, top], dtype=np.float32)
    for found in _believe(crop, lines, again=False):
        if found.area < SAME_PART * crop.shape[0] * crop.shape[1]:
            yield _Line(found.quad + offset, found.score)


def _read(image: Pixels, lines: list[_Line]) -> list[tuple[str, float]]:
    """What the reader makes of each line, upright or upside down, whichever it is surer of."""
    from rapidocr.ch_ppocr_rec import TextRecInput
    from rapidocr.utils.process_img import get_rotate_crop_image

    if not lines:
        return []
    crops = [get_rotate_crop_image(image, line.quad.copy()) for line in lines]
    reader = _engine().reader
    upright = reader(TextRecInput(img=crops))
    best = [
        (str(text), float(sure)) for text, sure in zip(upright.txts, upright.scores, strict=True)
    ]
    unsure = [place for place, (_, sure) in enumerate(best) if sure < 0.8]
    if unsure:
        turned = reader(
            TextRecInput(img=[np.ascontiguousarray(crops[n][::-1, ::-1]) for n in unsure])
        )
        for place, text, sure in zip(unsure, turned.txts, turned.scores, strict=True):
            if sure > best[place][1]:
                best[place] = (str(text), float(sure))
    return best


def _boxes(line: _Line) -> Iterator[Found]:
    """Upright boxes over a line; a slanted line becomes a row of short boxes."""
    first, second, third, fourth = line.quad
    along, across = second - first, fourth - first
    length, height = float(np.linalg.norm(along)), float(np.linalg.norm(across))
    if height > length:
        first, second, third, fourth = second, third, fourth, first
        length, height = height, length
    slant = abs(math.degrees(math.atan2(*reversed((second - first).tolist())))) % 90
    pieces = 1
    if min(slant, 90 - slant) > 8 and height > 0:
        pieces = max(1, min(24, math.ceil(length / height)))
    margin = 1.0 - (TIGHTER_LARGE if height > LARGE_HEIGHT else TIGHTER) * height
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
        left, top = corners.min(axis=0) - margin
        right, bottom = corners.max(axis=0) + margin
        yield Found(float(left), float(top), float(right - left), float(bottom - top), line.score)
