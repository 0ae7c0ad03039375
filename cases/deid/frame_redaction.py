"""Reads, redacts and writes our own working copies. Runs only in a sandbox process."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from cases.deid import pillow_setup, sixteen_bit
from cases.deid.results import Frame, RedactionBox

__all__ = ["fingerprint", "pillow_setup", "read_frame", "redact_frames", "write_frame"]


def read_frame(frame: Frame) -> Image.Image:
    """The pixels of a working copy in RGB. Raises OSError if its file is missing or damaged."""
    image = Image.open(frame.path, formats=("PNG",))
    image.load()
    return image if image.mode == "RGB" else image.convert("RGB")


def write_frame(image: Image.Image, path: Path, duration_ms: int = 0) -> Frame:
    """Write a clean picture as the working copy at `path`."""
    image.save(path, "PNG", compress_level=1)
    return Frame(path, image.width, image.height, duration_ms)


def redact_frames(
    frames: Sequence[Frame], boxes: Iterable[RedactionBox], directory: Path
) -> list[Frame]:
    """Write every frame anew into `directory` with its boxes filled in solid black.

    Raises ValueError for a box whose frame does not exist.
    """
    by_frame: dict[int, list[RedactionBox]] = {}
    for box in boxes:
        by_frame.setdefault(box.frame, []).append(box)
    if any(not 0 <= number < len(frames) for number in by_frame):
        raise ValueError("a box names a frame that does not exist")
    return [
        _redacted(frame, number, by_frame.get(number, ()), directory)
        for number, frame in enumerate(frames)
    ]


def _redacted(frame: Frame, number: int, boxes: Sequence[RedactionBox], directory: Path) -> Frame:
    image = read_frame(frame)
    draw = ImageDraw.Draw(image)
    for box in boxes:
        if box.w > 0 and box.h > 0:
            corner = (box.x + box.w - 1, box.y + box.h - 1)
            draw.rectangle(((box.x, box.y), corner), fill=(0, 0, 0))
    redacted = write_frame(image, directory / f"redacted-{number:03}.png", frame.duration_ms)
    if frame.sixteen_bit_path is None:
        return redacted
    path = directory / f"redacted-sixteen-bit-{number:03}.png"
    sixteen_bit.redact(frame.sixteen_bit_path, boxes, path)
    return replace(redacted, sixteen_bit_path=path)


def fingerprint(frame: Frame) -> int:
    """Equal for frames with equal pixels, so that an animation's repeats are searched once."""
    return zlib.crc32(read_frame(frame).tobytes())
