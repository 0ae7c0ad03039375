"""Scales frames to the sizes that are served, and exports them. Runs only in a sandbox process.

For anonymous authors what was rendered is rendered once more without sensor noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageSequence

from cases.deid import errors, limits, output_formats, sensor_noise, sixteen_bit
from cases.deid.errors import FileRefused
from cases.deid.frame_redaction import read_frame
from cases.deid.results import Frame, Rendition

_MAX_FURTHER_WIDTH = 1280
"""In pixels, of the still of a frame after the first."""
_MAX_ANIMATION_WIDTH = 720


def render_sizes(
    frames: Sequence[Frame], widths: Iterable[int], directory: Path
) -> list[Rendition]:
    """WebP stills of the first frame in `widths` (pixels), never larger than the picture itself.

    Further frames and pages become one still each, at most 1280 pixels wide; an animation also
    becomes one animated WebP of at most 720 pixels width.
    """
    first = read_frame(frames[0])
    renditions = _render_widths(first, widths, directory)
    for number, frame in enumerate(frames[1:], 1):
        still = read_frame(frame)
        renditions.append(_render(still, min(_MAX_FURTHER_WIDTH, still.width), directory, number))
    if len(frames) > 1 and any(frame.duration_ms for frame in frames):
        renditions.append(
            _render_animation(frames, min(_MAX_ANIMATION_WIDTH, first.width), directory)
        )
    return renditions


def render_still_without_noise(
    source: Path, number: int, widths: Iterable[int], directory: Path
) -> list[Rendition]:
    """The largest still of frame `number`, one of ours, rendered anew without sensor noise.

    In `widths` (pixels) for the first frame (0), in its own width for a further one.
    """
    pixels = np.asarray(_open_rendition(source).convert("RGB"))
    rng = np.random.default_rng()
    factor = rng.uniform(sensor_noise.SMALLEST_FACTOR, 1)
    displacement = sensor_noise.Displacement.draw(rng, pixels.shape[1], pixels.shape[0])
    still = _without_noise(pixels, factor, displacement)
    if number == 0:
        return _render_widths(still, widths, directory)
    return [_render(still, still.width, directory, number)]


def render_animation_without_noise(source: Path, directory: Path) -> Rendition:
    """An animation, one of ours, rendered anew without sensor noise.

    The displacement turns once from the first frame to the last, so that an average of all frames
    does not bring the pattern back, and neighbours stay alike.
    """
    animation = _open_rendition(source)
    rng = np.random.default_rng()
    factor = rng.uniform(sensor_noise.SMALLEST_FACTOR, 1)
    ends = [sensor_noise.Displacement.draw(rng, *animation.size) for _end in range(2)]
    frames, durations = [], []
    n_frames = getattr(animation, "n_frames", 1)
    for number, frame in enumerate(ImageSequence.Iterator(animation)):
        angle = 2 * np.pi * number / n_frames
        pixels = np.asarray(frame.convert("RGB"))
        frames.append(_without_noise(pixels, factor, ends[0].turned(ends[1], angle)))
        durations.append(round(frame.info.get("duration") or 100))
    return _save_animation(frames[0], frames[1:], durations, directory)


def _open_rendition(source: Path) -> Image.Image:
    image = Image.open(source, formats=("WEBP",))
    image.load()
    return image


def _without_noise(
    pixels: sensor_noise.Pixels, factor: float, displacement: sensor_noise.Displacement
) -> Image.Image:
    clean = sensor_noise.remove_sensor_noise(pixels, factor, displacement, limits.MIN_SIDE)
    return Image.fromarray(clean)


def _render_widths(image: Image.Image, widths: Iterable[int], directory: Path) -> list[Rendition]:
    sizes = sorted({min(width, image.width) for width in widths})
    return [_render(image, width, directory) for width in sizes]


def _render(image: Image.Image, width: int, directory: Path, number: int = 0) -> Rendition:
    scaled = _to_width(image, width)
    path = directory / f"w{width}-{number}.webp"
    # Thumbnails may lose detail; what a colleague diagnoses from may not.
    quality = 72 if width <= 480 else 80 if width <= 720 else 86
    scaled.save(path, "WEBP", quality=quality, method=2 if number else 4)
    return Rendition(path, scaled.width, scaled.height, path.stat().st_size, frame=number)


def _render_animation(frames: Sequence[Frame], width: int, directory: Path) -> Rendition:
    first = _to_width(read_frame(frames[0]), width)
    rest = (_to_width(read_frame(frame), width).resize(first.size) for frame in frames[1:])
    return _save_animation(first, rest, [frame.duration_ms or 100 for frame in frames], directory)


def _save_animation(
    first: Image.Image, rest: Iterable[Image.Image], durations: list[int], directory: Path
) -> Rendition:
    """`durations` are the milliseconds of every frame."""
    path = directory / "animation.webp"
    first.save(
        path,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=durations,
        loop=0,
        quality=75,
        method=2,
    )
    return Rendition(path, first.width, first.height, path.stat().st_size, animated=True)


def _to_width(image: Image.Image, width: int) -> Image.Image:
    if width >= image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


_LOSSLESS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 93, "subsampling": 0},
    "WEBP": {"lossless": True, "method": 2},
    "TIFF": {"compression": "tiff_deflate"},
    "PNG": {"compress_level": 3},
}
"""How each format is written with the least loss it allows."""


def export(frames: Sequence[Frame], target: Path) -> None:
    """Write the frames as one file in the format of its suffix, without loss where it can be.

    Greys of 16 bits stay so in PNG and TIFF. Raises FileRefused for a suffix that is not known, or
    for several frames in a format that holds one.
    """
    format_ = output_formats.format_for(target)
    open_frame = (
        sixteen_bit.open_sixteen_bit if sixteen_bit.can_hold(frames, format_) else read_frame
    )
    if len(frames) > 1 and format_ not in output_formats.MULTI_FRAME_FORMATS:
        raise FileRefused(*errors.NO_FRAMES_IN_FORMAT)
    options = dict(_LOSSLESS.get(format_, {}))
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": [open_frame(frame) for frame in frames[1:]]}
        if format_ != "TIFF":
            options |= {"duration": [frame.duration_ms or 100 for frame in frames], "loop": 0}
    open_frame(frames[0]).save(target, format_, **options)
