"""Pixels of DICOM files: read frame by frame, windowed for display, redacted as they are stored.

Runs only in a sandbox process. Every frame is searched, whatever BurnedInAnnotation says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import iter_pixels
from pydicom.uid import UID, JPEGExtended12Bit

from cases.deid import dicom_header, errors, limits
from cases.deid.errors import FileRefused
from cases.deid.results import RedactionBox

Array = npt.NDArray[Any]

_GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})
_COLOUR = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})
_PALETTE = "PALETTE COLOR"
_DEFAULT_FRAME_MS = 200
"""How long a frame is shown if the file does not say so: slow enough to see slices."""
_MAX_SAMPLES = 1_000_000
"""So many values are enough to estimate percentiles."""
_MIN_CONTRAST = 4.0
"""A window with fewer grey levels between its darkest and its brightest percent shows nothing."""


def rendered_frames(source: Path, *, full_range: bool = False) -> Iterator[tuple[Image.Image, int]]:
    """Every frame as 8-bit RGB, with the milliseconds it is shown for.

    With `full_range` all frames follow once more over their whole stored range, because a reader of
    the file can choose another window. Raises FileRefused as `read_dataset` does, and for a codec
    that is not installed; pydicom raises its own errors for damaged files.
    """
    dataset = read_dataset(source)
    duration = _duration(dataset) if _frame_count(dataset) > 1 else 0
    for stored in _stored_frames(dataset):
        yield Image.fromarray(_for_display(stored, dataset)).convert("RGB"), duration
    if full_range:
        for stored in _stored_frames(dataset):
            grey = _photometric(dataset) in _GREY
            whole = _over_percentiles(stored, dataset, 0.0) if grey else stored
            yield Image.fromarray(whole).convert("RGB"), duration


def read_dataset(source: Path) -> FileDataset:
    """Read a file and check it against our limits.

    Raises FileRefused for a file without a picture or beyond the limits, and
    pydicom.errors.InvalidDicomError for a file that is not DICOM.
    """
    dataset = pydicom.dcmread(source)
    if "PixelData" not in dataset or dataset.get("BitsAllocated") not in (1, 8, 16):
        raise FileRefused(*errors.NO_PICTURE)
    if _photometric(dataset) not in {*_GREY, *_COLOUR, _PALETTE}:
        raise FileRefused(*errors.NO_PICTURE)
    pixels = int(dataset.Rows) * int(dataset.Columns)
    if pixels > limits.PIXELS:
        raise FileRefused(*errors.TOO_MANY_PIXELS)
    if min(int(dataset.Rows), int(dataset.Columns)) < limits.MIN_SIDE:
        raise FileRefused(*errors.TOO_SMALL)
    if _frame_count(dataset) > limits.FRAMES:
        raise FileRefused(*errors.TOO_MANY_FRAMES)
    if pixels * _frame_count(dataset) > limits.PIXELS_IN_ALL:
        raise FileRefused(*errors.TOO_MANY_PIXELS_IN_TOTAL)
    return dataset


def metadata_kinds(source: Path) -> list[str]:
    """Sorted kinds of metadata in the file, never values. Raises InvalidDicomError (pydicom)."""
    return dicom_header.metadata_kinds(pydicom.dcmread(source))


def redact(
    source: Path,
    target: Path,
    boxes: Iterable[RedactionBox],
    key: bytes,
    *,
    pixels_verified: bool = False,
) -> None:
    """Write `source` as a new DICOM file: header by allow-list, boxes filled in as stored.

    `key` belongs to one case: it decides the new UIDs and by how far dates move. With
    `pixels_verified` the header says that nothing is burned in. Raises FileRefused as
    `read_dataset` does and for a file too large, ValueError for a box of a frame that is not there.
    """
    if source.stat().st_size > limits.FILE_BYTES:
        raise FileRefused(*errors.TOO_BIG_FILE)
    dataset = read_dataset(source)
    by_frame: dict[int, list[RedactionBox]] = {}
    for box in boxes:
        by_frame.setdefault(box.frame, []).append(box)
    if any(not 0 <= number < _frame_count(dataset) for number in by_frame):
        raise ValueError("a box names a frame that does not exist")
    packed = bytearray()
    for number, stored in enumerate(_stored_frames(dataset)):
        for box in by_frame.get(number, ()):
            top, left = max(0, box.y), max(0, box.x)
            stored[top : box.y + box.h, left : box.x + box.w] = _darkest_value(dataset)
        packed += stored.astype(stored.dtype.newbyteorder("<")).tobytes()
        if len(packed) > limits.DICOM_BYTES:
            raise FileRefused(*errors.TOO_MANY_PIXELS_IN_TOTAL)
    redacted = dicom_header.build_header(dataset, key, pixels_verified=pixels_verified)
    _describe_pixels(redacted, dataset)
    redacted.PixelData = bytes(packed) + b"\0" * (len(packed) % 2)
    redacted.save_as(target, enforce_file_format=True)


def _describe_pixels(target: Dataset, source: Dataset) -> None:
    """Write the Image Pixel module (PS3.3 section C.7.6.3) of what `_stored_frames` yields."""
    is_grey, is_deep = _photometric(source) in _GREY, _is_deep(source)
    target.Rows, target.Columns = source.Rows, source.Columns
    if _frame_count(source) > 1:
        target.NumberOfFrames = _frame_count(source)
    target.SamplesPerPixel = 1 if is_grey else 3
    target.PhotometricInterpretation = _photometric(source) if is_grey else "RGB"
    if not is_grey:
        target.PlanarConfiguration = 0
    target.BitsAllocated = 16 if is_deep else 8
    target.BitsStored = int(source.BitsStored) if is_grey and source.BitsAllocated > 1 else 8
    target.HighBit = target.BitsStored - 1
    target.PixelRepresentation = int(source.get("PixelRepresentation", 0)) if is_grey else 0
    target["PixelData"] = pydicom.DataElement("PixelData", "OW" if is_deep else "OB", b"")


def _photometric(dataset: Dataset) -> str:
    return str(dataset.get("PhotometricInterpretation", ""))


def _frame_count(dataset: Dataset) -> int:
    return max(1, int(dataset.get("NumberOfFrames") or 1))


def _duration(dataset: Dataset) -> int:
    pace = dataset.get("FrameTime") or 0
    rate = dataset.get("CineRate") or dataset.get("RecommendedDisplayFrameRate") or 0
    return round(float(pace) or (1000 / float(rate) if rate else 0)) or _DEFAULT_FRAME_MS


def _is_deep(dataset: Dataset) -> bool:
    return _photometric(dataset) in _GREY and int(dataset.BitsAllocated) > 8


def _stored_frames(dataset: FileDataset) -> Iterator[Array]:
    """Each frame as it is stored again: grey in its own depth, all else as 8-bit RGB.

    Raises FileRefused for a codec that is not installed.
    """
    if not _can_decode(dataset):
        raise FileRefused(*errors.UNKNOWN_CODEC)
    for frame in iter_pixels(dataset):
        if _photometric(dataset) in _GREY:
            yield _only_stored_bits(frame, dataset)
        elif _photometric(dataset) == _PALETTE:
            yield _eight_bit(apply_color_lut(frame, dataset))
        else:
            yield _eight_bit(frame, int(dataset.BitsStored))


def _can_decode(dataset: FileDataset) -> bool:
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    if syntax == JPEGExtended12Bit and int(dataset.BitsStored) > 8:
        return False  # no codec here reads 12 bits of it, though some claim to
    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:  # pydicom knows no decoder for this transfer syntax
        return False


def _only_stored_bits(frame: Array, dataset: FileDataset) -> Array:
    """Without the unused high bits, where old files keep an overlay (PS3.5 section 8.1.1)."""
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    if allocated == 1:
        return np.array(frame, dtype=np.uint8) * np.uint8(255)
    bits = frame.astype(np.int32) & ((1 << allocated) - 1)
    if not dataset.file_meta.TransferSyntaxUID.is_compressed:
        bits = bits >> max(0, int(dataset.HighBit) + 1 - stored)
    bits = bits & ((1 << stored) - 1)
    is_signed = bool(dataset.get("PixelRepresentation", 0))
    if is_signed:
        bits = bits - ((bits >> (stored - 1)) << stored)
    return bits.astype(f"{'i' if is_signed else 'u'}{allocated // 8}")


def _eight_bit(frame: Array, stored: int = 16) -> Array:
    if frame.dtype == np.uint8:
        return np.array(frame)
    return (frame >> max(0, stored - 8)).astype(np.uint8)


def _darkest_value(dataset: Dataset) -> int:
    """The stored value that is displayed darkest."""
    if _photometric(dataset) not in _GREY:
        return 0
    bits = int(dataset.BitsStored) if int(dataset.BitsAllocated) > 1 else 8
    signed = int(dataset.get("PixelRepresentation", 0))
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return high if _photometric(dataset) == "MONOCHROME1" else low


def _for_display(stored: Array, dataset: Dataset) -> Array:
    """8 bits as a viewer displays them: by the first window of the file, else by percentiles."""
    if _photometric(dataset) not in _GREY:
        return stored
    by_window = _windowed(stored, dataset)
    if by_window is not None:
        dark, bright = np.percentile(_sample(by_window), (1, 99))
        if bright - dark >= _MIN_CONTRAST:
            return by_window
    return _over_percentiles(stored, dataset, 0.5)


def _windowed(stored: Array, dataset: Dataset) -> Array | None:
    """The linear window function (PS3.3 section C.11.2.1.2); None without a usable window."""
    centre, width = _first(dataset, "WindowCenter"), _first(dataset, "WindowWidth")
    if centre is None or width is None or width < 1 or "ModalityLUTSequence" in dataset:
        return None
    slope, intercept = _first(dataset, "RescaleSlope"), _first(dataset, "RescaleIntercept")
    slope = 1.0 if slope is None else slope
    low = centre - width / 2 - (intercept or 0.0)
    return _scaled(stored, low / (slope or 1.0), (low + width) / (slope or 1.0), dataset)


def _over_percentiles(stored: Array, dataset: Dataset, percent: float) -> Array:
    if percent:
        low, high = np.percentile(_sample(stored), (percent, 100 - percent))
    else:
        low, high = stored.min(), stored.max()
    return _scaled(stored, float(low), float(high), dataset)


def _sample(values: Array) -> Array:
    return values.reshape(-1)[:: max(1, values.size // _MAX_SAMPLES)]


def _scaled(stored: Array, low: float, high: float, dataset: Dataset) -> Array:
    scaled = stored.astype(np.float32)
    scaled -= low
    scaled *= 255.0 / ((high - low) or 1.0)
    np.clip(scaled, 0, 255, out=scaled)
    grey: Array = scaled.astype(np.uint8)
    return 255 - grey if _photometric(dataset) == "MONOCHROME1" else grey


def _first(dataset: Dataset, keyword: str) -> float | None:
    value = dataset.get(keyword)
    if isinstance(value, pydicom.multival.MultiValue):
        value = value[0] if value else None
    return None if value in (None, "") else float(value)
