"""Greys of 16 bits with the values as stored: searched over their whole range, redacted, written.

Runs only in a sandbox process. Pixels are copied into a new picture, as in `frame_decoding`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cases.deid.results import Frame, RedactionBox

SIXTEEN_BIT_FORMATS = frozenset({"PNG", "TIFF"})
MAX_VALUE = 65_535
_FEW_VALUES = 256


def save_if_sixteen_bit(image: Image.Image, path: Path) -> Path | None:
    """Write an upright picture of 16-bit greys as a PNG at `path` and return it; else None.

    Values beyond 16 bits, negative ones and fractions cannot be written so.
    """
    if not (image.mode == "I" or image.mode.startswith("I;16")):
        return None
    values = np.asarray(image.convert("I"))
    if values.min() < 0 or values.max() > MAX_VALUE:
        return None
    Image.fromarray(values.astype(np.uint16)).save(path, "PNG", compress_level=1)
    return path


def equalized(path: Path) -> Image.Image:
    """The picture in RGB with its histogram equalized, so that small steps of value are visible.

    A few values are spread evenly; more of them by how many pixels lie below each.
    """
    values = _read(path)
    counts = np.bincount(values.ravel(), minlength=MAX_VALUE + 1)
    used = counts > 0
    ranks = np.cumsum(used) - 1 if used.sum() <= _FEW_VALUES else np.cumsum(counts) - counts // 2
    top = max(int(ranks[used].max()), 1)
    shades = (ranks * 255 // top).clip(0, 255).astype(np.uint8)
    return Image.fromarray(shades[values]).convert("RGB")


def redact(path: Path, boxes: Iterable[RedactionBox], target: Path) -> None:
    """Write the picture to `target` with its boxes filled with its darkest value."""
    values = _read(path)
    image = Image.fromarray(values)
    draw = ImageDraw.Draw(image)
    for box in boxes:
        if box.w > 0 and box.h > 0:
            corner = (box.x + box.w - 1, box.y + box.h - 1)
            draw.rectangle(((box.x, box.y), corner), fill=int(values.min()))
    image.save(target, "PNG", compress_level=1)


def can_hold(frames: Sequence[Frame], format_: str) -> bool:
    """Whether a file of this format can hold the 16-bit copies of all these frames."""
    is_written = format_ in SIXTEEN_BIT_FORMATS and (len(frames) == 1 or format_ == "TIFF")
    return is_written and all(frame.sixteen_bit_path is not None for frame in frames)


def open_sixteen_bit(frame: Frame) -> Image.Image:
    """The 16-bit copy of a frame. Raises ValueError for a frame without one."""
    if frame.sixteen_bit_path is None:
        raise ValueError("this frame has no 16-bit copy")
    return Image.fromarray(_read(frame.sixteen_bit_path))


def _read(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    with Image.open(path, formats=("PNG",)) as image:
        return np.asarray(image).astype(np.uint16)
