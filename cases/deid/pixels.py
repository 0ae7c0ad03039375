"""Decoding, writing anew, filling in and scaling. Runs only inside a child process (see sandbox).

The rule that makes it safe: pixels are decoded, put upright, flattened, brought to sRGB and
pasted into a picture that was made empty. No metadata is copied, so none can be forgotten.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pi_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageDraw,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from cases.deid import errors, limits, metadata, output_formats, sixteen_bit
from cases.deid.errors import FileRefused
from cases.deid.results import Frame, RedactionBox, Rendition
from sermo.core import filetypes

# Naming the plugins keeps Pillow from loading its other sixty, some of which start programs.
_PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
# A picture, the milliseconds it is shown for, and where its deep twin lies, if it has one.
Still = tuple[Image.Image, int] | tuple[Image.Image, int, Path]
READABLE = ("JPEG", "PNG", "WEBP", "HEIF", "TIFF", "GIF", "AVIF", "BMP")
FIRST_ONLY = frozenset({"HEIF", "MPO"})
"""Containers whose further pictures are previews, depth maps and bursts: only the first is kept."""

Image.MAX_IMAGE_PIXELS = limits.PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
PngImagePlugin.MAX_TEXT_CHUNK = limits.TEXT_CHUNK_BYTES
PngImagePlugin.MAX_TEXT_MEMORY = limits.TEXT_BYTES
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def decode(
    source: Path, directory: Path, *, full_range: bool = False, most: int = limits.FILE_BYTES
) -> tuple[str, list[Frame], list[str]]:
    """Write every frame of `source` into `directory` as a clean PNG.

    With `full_range` the frames of a deep grey file follow once more, over all stored values, and
    those of other files than DICOM keep their depth beside them (`Frame.deep`).
    A file of more than `most` bytes is refused. Returns the source's format, the frames and the
    kinds of metadata left behind.
    Raises Refused; any other exception is a fault of the file that its library did not name.
    """
    if source.stat().st_size > most:
        raise FileRefused(*errors.TOO_BIG_FILE)
    with source.open("rb") as stream:
        if filetypes.is_dicom(stream.read(filetypes.DICOM_HEADER_BYTES)):
            from cases.deid import dicom_pixels  # half a second that other pictures need not wait

            shown = dicom_pixels.rendered_frames(source, full_range=full_range)
            return "DICOM", _frames(shown, directory), dicom_pixels.metadata_kinds(source)
        stream.seek(0)
        image = _open(stream)
        _check_size(image)
        removed = metadata.metadata_kinds(image, source)
        keep = directory if full_range else None
        return image.format or "", _frames(_stills(image, keep), directory), removed


def _frames(stills: Iterable[Still], directory: Path) -> list[Frame]:
    """Working copies; of those whose depth is kept one more over the whole range, at the end."""
    frames, ranges = [], []
    for number, (still, duration, *deep) in enumerate(stills):
        frame = _write(still, directory / f"frame-{number:03}.png", duration)
        for path in deep:
            frame = replace(frame, sixteen_bit_path=path)
            evened = sixteen_bit.equalized(path)
            ranges.append(_write(evened, directory / f"range-{number:03}.png"))
        frames.append(frame)
    return frames + ranges


def _open(stream: io.BufferedReader) -> ImageFile.ImageFile:
    try:
        return Image.open(stream, formats=READABLE)
    except Image.DecompressionBombError:
        raise FileRefused(*errors.TOO_MANY_PIXELS) from None
    except Exception:
        raise FileRefused(*errors.UNREADABLE) from None


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > limits.PIXELS:
        raise FileRefused(*errors.TOO_MANY_PIXELS)
    if min(image.size) < limits.SHORTEST_SIDE:
        raise FileRefused(*errors.TOO_SMALL)


def _stills(image: ImageFile.ImageFile, keep: Path | None = None) -> Iterator[Still]:
    """Every frame as a clean picture, with the milliseconds it is shown for.

    Where there is a directory to `keep` depth in, the place of the deep picture is the third.
    """
    count = 1 if image.format in FIRST_ONLY else getattr(image, "n_frames", 1)
    if count > limits.FRAMES:
        raise FileRefused(*errors.TOO_MANY_FRAMES)
    pixels = 0
    for number in range(count):
        if count > 1:
            image.seek(number)
        _check_size(image)
        pixels += image.width * image.height
        if pixels > limits.PIXELS_IN_ALL:
            raise FileRefused(*errors.TOO_MANY_PIXELS_IN_TOTAL)
        image.load()
        duration = round(float(image.info.get("duration") or 0)) if count > 1 else 0
        profile = image.info.get("icc_profile")
        upright = _upright(image, in_place=count == 1)
        deep = (
            None
            if keep is None
            else sixteen_bit.save_if_sixteen_bit(upright, keep / f"deep-{number:03}.png")
        )
        milliseconds = max(0, min(duration, 60_000))
        still = _flat(upright, profile)
        yield (still, milliseconds) if deep is None else (still, milliseconds, deep)


def clean(image: Image.Image, *, may_change: bool = False) -> Image.Image:
    """The same picture upright, opaque, 8-bit sRGB, in a new object that carries nothing else.

    With `may_change` the given picture is used up, which spares a copy of up to 200 MB.
    """
    profile = image.info.get("icc_profile")
    return _flat(_upright(image, in_place=may_change), profile)


def _flat(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Opaque, 8-bit, sRGB. Transparency is laid on white, so that what was invisible on screen is
    not readable either.
    """
    image = _eight_bit(image)
    if image.mode in ("LA", "PA", "La", "RGBa", "P") or "transparency" in image.info:
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    paper = Image.new("RGB", image.size, "white")
    paper.paste(_to_srgb(image, profile), mask=alpha)
    return paper


def _upright(image: Image.Image, *, in_place: bool) -> Image.Image:
    """Turn by the Exif orientation; broken Exif counts as none."""
    try:
        if not in_place:
            return ImageOps.exif_transpose(image)
        ImageOps.exif_transpose(image, in_place=True)
    except (MemoryError, OSError):
        raise
    except Exception:
        return image
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Deep greys windowed between their darkest and brightest value; other modes as they are."""
    if not (image.mode in ("I", "F") or image.mode.startswith("I;16")):
        return image
    deep = image.convert("I" if image.mode != "F" else "F").convert("F")
    low, high = deep.getextrema()
    if not (isinstance(low, float) and isinstance(high, float) and high > low):
        return Image.new("L", image.size, 0 if not low else 255)
    scale = 255.0 / (high - low)
    return deep.point(lambda value: value * scale - low * scale).convert("L")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "RGBA":
        image = image.convert("RGB")
    if image.mode not in ("RGB", "CMYK", "L") or not profile:
        return image if image.mode == "RGB" else image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image.convert("RGB")  # a broken profile, or one for another kind of pixels
    return converted or image.convert("RGB")


def _write(image: Image.Image, path: Path, duration_ms: int = 0) -> Frame:
    image.save(path, "PNG", compress_level=1)
    return Frame(path, image.width, image.height, duration_ms)


def read(frame: Frame) -> Image.Image:
    """Open one of our own working copies."""
    image = Image.open(frame.path, formats=("PNG",))
    image.load()
    return image if image.mode == "RGB" else image.convert("RGB")


def burn(frames: Sequence[Frame], boxes: Iterable[RedactionBox], directory: Path) -> list[Frame]:
    """Write every frame anew into `directory` with its boxes filled in solid black."""
    by_frame: dict[int, list[RedactionBox]] = {}
    for box in boxes:
        by_frame.setdefault(box.frame, []).append(box)
    if any(not 0 <= number < len(frames) for number in by_frame):
        raise ValueError("a box names a frame that does not exist")
    burned = []
    for number, frame in enumerate(frames):
        image = read(frame)
        draw = ImageDraw.Draw(image)
        for box in by_frame.get(number, ()):
            if box.w > 0 and box.h > 0:
                corner = (box.x + box.w - 1, box.y + box.h - 1)
                draw.rectangle(((box.x, box.y), corner), fill=(0, 0, 0))
        made = _write(image, directory / f"burned-{number:03}.png", frame.duration_ms)
        if frame.sixteen_bit_path is not None:
            path = directory / f"burned-deep-{number:03}.png"
            sixteen_bit.redact(frame.sixteen_bit_path, by_frame.get(number, ()), path)
            made = replace(made, sixteen_bit_path=path)
        burned.append(made)
    return burned


_FURTHER = 1280
"""Widest still of a frame after the first."""


def render_sizes(
    frames: Sequence[Frame], widths: Iterable[int], directory: Path
) -> list[Rendition]:
    """WebP stills of the first frame in the given widths, never larger than the picture itself.

    Further frames and pages become one still each, at most 1280 pixels wide; an animation also
    becomes one animated WebP of at most 720 pixels width.
    """
    first = read(frames[0])
    sizes = sorted({min(width, first.width) for width in widths})
    renditions = [_render(first, width, directory) for width in sizes]
    for number, frame in enumerate(frames[1:], 1):
        still = read(frame)
        renditions.append(_render(still, min(_FURTHER, still.width), directory, number))
    if len(frames) > 1 and any(frame.duration_ms for frame in frames):
        renditions.append(_render_animation(frames, min(720, first.width), directory))
    return renditions


def _render(image: Image.Image, width: int, directory: Path, number: int = 0) -> Rendition:
    scaled = _to_width(image, width)
    path = directory / f"w{width}-{number}.webp"
    # Thumbnails may lose detail; what a colleague diagnoses from may not.
    quality = 72 if width <= 480 else 80 if width <= 720 else 86
    scaled.save(path, "WEBP", quality=quality, method=2 if number else 4)
    return Rendition(path, scaled.width, scaled.height, path.stat().st_size, frame=number)


def _render_animation(frames: Sequence[Frame], width: int, directory: Path) -> Rendition:
    first = _to_width(read(frames[0]), width)
    rest = (_to_width(read(frame), width).resize(first.size) for frame in frames[1:])
    path = directory / "animation.webp"
    first.save(
        path,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=[frame.duration_ms or 100 for frame in frames],
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
    """Write the frames as one file in the format of its suffix, lossless where it can be.

    Deep greys stay deep in PNG and TIFF.
    """
    format_ = output_formats.format_for(target)
    open_ = sixteen_bit.open_sixteen_bit if sixteen_bit.can_hold(frames, format_) else read
    if len(frames) > 1 and format_ not in output_formats.MULTI_FRAME_FORMATS:
        raise FileRefused(*errors.NO_FRAMES_IN_FORMAT)
    options = dict(_LOSSLESS.get(format_, {}))
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": [open_(frame) for frame in frames[1:]]}
        if format_ != "TIFF":
            options |= {"duration": [frame.duration_ms or 100 for frame in frames], "loop": 0}
    open_(frames[0]).save(target, format_, **options)


def fingerprint(frame: Frame) -> int:
    """Equal for frames with equal pixels, so that an animation's repeats are looked at once."""
    return zlib.crc32(read(frame).tobytes())
