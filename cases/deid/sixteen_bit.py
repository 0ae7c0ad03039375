"""Greys of 16 bits kept as they are stored: looked at over their whole range, filled in, written.

Runs only inside a child process. Pixels are copied into a new picture, as in `pixels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from cases.deid.results import Frame, RedactionBox

WRITABLE = frozenset({"PNG", "TIFF"})
DEEPEST = 65_535
_FEW = 256


def save_if_sixteen_bit(image: Image.Image, path: Path) -> Path | None:
    """Write an upright deep grey as a 16-bit PNG; None for any other, which is not kept deep.

    Values beyond 16 bits, negative ones and fractions are windowed like all else.
    """
    if not (image.mode == "I" or image.mode.startswith("I;16")):
        return None
    values = np.asarray(image.convert("I"))
    if values.min() < 0 or values.max() > DEEPEST:
        return None
    Image.fromarray(values.astype(np.uint16)).save(path, "PNG", compress_level=1)
    return path


def equalized(path: Path) -> Image.Image:
    """The deep picture with its values spread so that a step of one shows wherever many stand.

    Where there are few values they are spread evenly; else by how many pixels lie below.
    """
    values = _read(path)
    counts = np.bincount(values.ravel(), minlength=DEEPEST + 1)
    used = counts > 0
    ranks = np.cumsum(used) - 1 if used.sum() <= _FEW else np.cumsum(counts) - counts // 2
    top = max(int(ranks[used].max()), 1)
    shades = (ranks * 255 // top).clip(0, 255).astype(np.uint8)
    return Image.fromarray(shades[values]).convert("RGB")


def redact(path: Path, boxes: Iterable[RedactionBox], target: Path) -> None:
    """Write the deep picture anew with its boxes filled with its darkest value."""
    values = _read(path)
    image = Image.fromarray(values)
    draw = ImageDraw.Draw(image)
    for box in boxes:
        if box.w > 0 and box.h > 0:
            corner = (box.x + box.w - 1, box.y + box.h - 1)
            draw.rectangle(((box.x, box.y), corner), fill=int(values.min()))
    image.save(target, "PNG", compress_level=1)


def can_hold(frames: Sequence[Frame], format_: str) -> bool:
    """Whether a file of this format can hold all of these as deep as they are."""
    is_written = format_ in WRITABLE and (len(frames) == 1 or format_ == "TIFF")
    return is_written and all(frame.sixteen_bit_path is not None for frame in frames)


def open_sixteen_bit(frame: Frame) -> Image.Image:
    """The deep twin of a frame that has one."""
    if frame.sixteen_bit_path is None:
        raise ValueError("this frame has no deep twin")
    return Image.fromarray(_read(frame.sixteen_bit_path))


def _read(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    with Image.open(path, formats=("PNG",)) as image:
        return np.asarray(image).astype(np.uint16)
