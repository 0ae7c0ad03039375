"""Decodes a file from outside into clean frames. Runs only in a sandbox process (see `sandbox`).

The rule that makes it safe: pixels are decoded, turned upright, flattened, converted to sRGB and
pasted into a new picture. No metadata is copied, so none can be forgotten.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageCms, ImageFile, ImageOps

from cases.deid import errors, limits, metadata, pillow_setup, sixteen_bit
from cases.deid.errors import FileRefused
from cases.deid.frame_redaction import write_frame
from cases.deid.results import Frame
from sermo.core import filetypes

# A picture, the milliseconds it is shown for, and the path of its 16-bit copy, if it has one.
Still = tuple[Image.Image, int] | tuple[Image.Image, int, Path]
_FIRST_PICTURE_ONLY = frozenset({"HEIF", "MPO"})
"""Containers whose further pictures are previews, depth maps and bursts."""


def decode(
    source: Path, directory: Path, *, full_range: bool = False, max_bytes: int = limits.FILE_BYTES
) -> tuple[str, list[Frame], list[str]]:
    """Write every frame of `source` into `directory` as a PNG without metadata.

    With `full_range` the frames of a grey file of 16 bits follow once more, over all stored
    values, and those of other files than DICOM keep a 16-bit copy (`Frame.sixteen_bit_path`).
    Returns the source's format, the frames and the kinds of metadata left behind.

    Raises FileRefused, also for a file of more than `max_bytes`. Any other exception comes from a
    library that met damage in the file.
    """
    if source.stat().st_size > max_bytes:
        raise FileRefused(*errors.TOO_BIG_FILE)
    with source.open("rb") as stream:
        if filetypes.is_dicom(stream.read(filetypes.DICOM_HEADER_BYTES)):
            from cases.deid import dicom_pixels  # takes half a second to import

            rendered = dicom_pixels.rendered_frames(source, full_range=full_range)
            return "DICOM", _write_frames(rendered, directory), dicom_pixels.metadata_kinds(source)
        stream.seek(0)
        image = _open(stream)
        _check_size(image)
        removed = metadata.metadata_kinds(image, source)
        sixteen_bit_directory = directory if full_range else None
        return (
            image.format or "",
            _write_frames(_stills(image, sixteen_bit_directory), directory),
            removed,
        )


def _write_frames(stills: Iterable[Still], directory: Path) -> list[Frame]:
    """Working copies; at the end one more of each that has a 16-bit copy, over its whole range."""
    frames, ranges = [], []
    for number, (still, duration, *sixteen_bit_paths) in enumerate(stills):
        frame = write_frame(still, directory / f"frame-{number:03}.png", duration)
        for path in sixteen_bit_paths:
            frame = replace(frame, sixteen_bit_path=path)
            equalized = sixteen_bit.equalized(path)
            ranges.append(write_frame(equalized, directory / f"range-{number:03}.png"))
        frames.append(frame)
    return frames + ranges


def _open(stream: io.BufferedReader) -> ImageFile.ImageFile:
    try:
        return Image.open(stream, formats=pillow_setup.READABLE_FORMATS)
    except Image.DecompressionBombError:
        raise FileRefused(*errors.TOO_MANY_PIXELS) from None
    except Exception:
        raise FileRefused(*errors.UNREADABLE) from None


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > limits.PIXELS:
        raise FileRefused(*errors.TOO_MANY_PIXELS)
    if min(image.size) < limits.MIN_SIDE:
        raise FileRefused(*errors.TOO_SMALL)


def _stills(
    image: ImageFile.ImageFile, sixteen_bit_directory: Path | None = None
) -> Iterator[Still]:
    """Every frame as a clean picture, with the milliseconds it is shown for.

    With a directory for 16-bit copies, the path of the copy is the third, if there is one. Raises
    FileRefused for too many frames or pixels.
    """
    count = 1 if image.format in _FIRST_PICTURE_ONLY else getattr(image, "n_frames", 1)
    if count > limits.FRAMES:
        raise FileRefused(*errors.TOO_MANY_FRAMES)
    total_pixels = 0
    for number in range(count):
        if count > 1:
            image.seek(number)
        _check_size(image)
        total_pixels += image.width * image.height
        if total_pixels > limits.PIXELS_IN_ALL:
            raise FileRefused(*errors.TOO_MANY_PIXELS_IN_TOTAL)
        image.load()
        duration = round(float(image.info.get("duration") or 0)) if count > 1 else 0
        profile = image.info.get("icc_profile")
        upright = _upright(image, in_place=count == 1)
        copy = sixteen_bit_directory and sixteen_bit.save_if_sixteen_bit(
            upright, sixteen_bit_directory / f"sixteen-bit-{number:03}.png"
        )
        milliseconds = max(0, min(duration, 60_000))
        still = _flat(upright, profile)
        yield (still, milliseconds, copy) if copy else (still, milliseconds)


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
    """Greys of more than 8 bits spread from their darkest to their brightest value; others stay."""
    if not (image.mode in ("I", "F") or image.mode.startswith("I;16")):
        return image
    grey = image.convert("I" if image.mode != "F" else "F").convert("F")
    low, high = grey.getextrema()
    if not (isinstance(low, float) and isinstance(high, float) and high > low):
        return Image.new("L", image.size, 0 if not low else 255)
    scale = 255.0 / (high - low)
    return grey.point(lambda value: value * scale - low * scale).convert("L")


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
