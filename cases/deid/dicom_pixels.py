"""DICOM: stored pixels read frame by frame, windowed for looking, filled in where they are stored.

Runs only inside a child process. Every frame passes, whatever BurnedInAnnotation claims.
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
_FRAME_MS = 200
"""How long a frame is shown where the file names no pace: slow enough to look at slices."""
_SAMPLES = 1_000_000
_FLAT = 4.0
"""A window that leaves fewer grey levels between its darkest and brightest percent hides all."""


def rendered_frames(source: Path, *, full_range: bool = False) -> Iterator[tuple[Image.Image, int]]:
    """Every frame as 8-bit RGB, with the milliseconds it is shown for. Raises Refused.

    With `full_range` all frames come once more over their whole stored range, because who has the
    stored values can choose a window of their own.
    """
    dataset = read_dataset(source)
    duration = _duration(dataset) if _count(dataset) > 1 else 0
    for stored in _stored(dataset):
        yield Image.fromarray(_shown(stored, dataset)).convert("RGB"), duration
    if full_range:
        for stored in _stored(dataset):
            grey = _kind(dataset) in _GREY
            whole = _spread(stored, dataset, 0.0) if grey else stored
            yield Image.fromarray(whole).convert("RGB"), duration


def read_dataset(source: Path) -> FileDataset:
    """The file, within our limits. Raises Refused."""
    dataset = pydicom.dcmread(source)
    if "PixelData" not in dataset or dataset.get("BitsAllocated") not in (1, 8, 16):
        raise FileRefused(*errors.NO_PICTURE)
    if _kind(dataset) not in {*_GREY, *_COLOUR, _PALETTE}:
        raise FileRefused(*errors.NO_PICTURE)
    pixels = int(dataset.Rows) * int(dataset.Columns)
    if pixels > limits.PIXELS:
        raise FileRefused(*errors.TOO_MANY_PIXELS)
    if min(int(dataset.Rows), int(dataset.Columns)) < limits.SHORTEST_SIDE:
        raise FileRefused(*errors.TOO_SMALL)
    if _count(dataset) > limits.FRAMES:
        raise FileRefused(*errors.TOO_MANY_FRAMES)
    if pixels * _count(dataset) > limits.PIXELS_IN_ALL:
        raise FileRefused(*errors.TOO_MANY_PIXELS_IN_TOTAL)
    return dataset


def metadata_kinds(source: Path) -> list[str]:
    """Sorted kinds of metadata the file carries, never values."""
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
    `is_clean` the header says that nothing is burned in any more. Raises Refused.
    """
    if source.stat().st_size > limits.FILE_BYTES:
        raise FileRefused(*errors.TOO_BIG_FILE)
    dataset = read_dataset(source)
    places: dict[int, list[RedactionBox]] = {}
    for box in boxes:
        places.setdefault(box.frame, []).append(box)
    if any(not 0 <= number < _count(dataset) for number in places):
        raise ValueError("a box names a frame that does not exist")
    packed = bytearray()
    for number, stored in enumerate(_stored(dataset)):
        for box in places.get(number, ()):
            top, left = max(0, box.y), max(0, box.x)
            stored[top : box.y + box.h, left : box.x + box.w] = _black(dataset)
        packed += stored.astype(stored.dtype.newbyteorder("<")).tobytes()
        if len(packed) > limits.DICOM_BYTES:
            raise FileRefused(*errors.TOO_MANY_PIXELS_IN_TOTAL)
    made = dicom_header.build_header(dataset, key, pixels_verified=pixels_verified)
    _describe(made, dataset)
    made.PixelData = bytes(packed) + b"\0" * (len(packed) % 2)
    made.save_as(target, enforce_file_format=True)


def _describe(made: Dataset, source: Dataset) -> None:
    """The pixel module of what `_stored` gives."""
    grey, deep = _kind(source) in _GREY, _is_deep(source)
    made.Rows, made.Columns = source.Rows, source.Columns
    if _count(source) > 1:
        made.NumberOfFrames = _count(source)
    made.SamplesPerPixel = 1 if grey else 3
    made.PhotometricInterpretation = _kind(source) if grey else "RGB"
    if not grey:
        made.PlanarConfiguration = 0
    made.BitsAllocated = 16 if deep else 8
    made.BitsStored = int(source.BitsStored) if grey and source.BitsAllocated > 1 else 8
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(source.get("PixelRepresentation", 0)) if grey else 0
    made["PixelData"] = pydicom.DataElement("PixelData", "OW" if deep else "OB", b"")


def _kind(dataset: Dataset) -> str:
    return str(dataset.get("PhotometricInterpretation", ""))


def _count(dataset: Dataset) -> int:
    return max(1, int(dataset.get("NumberOfFrames") or 1))


def _duration(dataset: Dataset) -> int:
    pace = dataset.get("FrameTime") or 0
    rate = dataset.get("CineRate") or dataset.get("RecommendedDisplayFrameRate") or 0
    return round(float(pace) or (1000 / float(rate) if rate else 0)) or _FRAME_MS


def _is_deep(dataset: Dataset) -> bool:
    return _kind(dataset) in _GREY and int(dataset.BitsAllocated) > 8


def _stored(dataset: FileDataset) -> Iterator[Array]:
    """Each frame as it is to be stored again: grey in its own depth, all else as 8-bit RGB."""
    if not _can_decode(dataset):
        raise FileRefused(*errors.UNKNOWN_CODEC)
    for frame in iter_pixels(dataset):
        if _kind(dataset) in _GREY:
            yield _only_stored_bits(frame, dataset)
        elif _kind(dataset) == _PALETTE:
            yield _eight(apply_color_lut(frame, dataset))
        else:
            yield _eight(frame, int(dataset.BitsStored))


def _can_decode(dataset: FileDataset) -> bool:
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    if syntax == JPEGExtended12Bit and int(dataset.BitsStored) > 8:
        return False  # no codec here reads twelve bits of it, though some offer to
    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:
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


def _eight(frame: Array, stored: int = 16) -> Array:
    if frame.dtype == np.uint8:
        return np.array(frame)
    return (frame >> max(0, stored - 8)).astype(np.uint8)


def _black(dataset: Dataset) -> int:
    """The stored value that is shown darkest."""
    if _kind(dataset) not in _GREY:
        return 0
    bits = int(dataset.BitsStored) if int(dataset.BitsAllocated) > 1 else 8
    signed = int(dataset.get("PixelRepresentation", 0))
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return high if _kind(dataset) == "MONOCHROME1" else low


def _shown(stored: Array, dataset: Dataset) -> Array:
    """As a viewer would show it: by the file's first window, else without its extreme percents."""
    if _kind(dataset) not in _GREY:
        return stored
    by_window = _windowed(stored, dataset)
    if by_window is not None:
        dark, bright = np.percentile(_sample(by_window), (1, 99))
        if bright - dark >= _FLAT:
            return by_window
    return _spread(stored, dataset, 0.5)


def _windowed(stored: Array, dataset: Dataset) -> Array | None:
    """PS3.3 section C.11.2.1.2, the linear function; None without a window to use."""
    centre, width = _first(dataset, "WindowCenter"), _first(dataset, "WindowWidth")
    if centre is None or width is None or width < 1 or "ModalityLUTSequence" in dataset:
        return None
    slope, intercept = _first(dataset, "RescaleSlope"), _first(dataset, "RescaleIntercept")
    slope = 1.0 if slope is None else slope
    low = centre - width / 2 - (intercept or 0.0)
    return _scaled(stored, low / (slope or 1.0), (low + width) / (slope or 1.0), dataset)


def _spread(stored: Array, dataset: Dataset, percent: float) -> Array:
    if percent:
        low, high = np.percentile(_sample(stored), (percent, 100 - percent))
    else:
        low, high = stored.min(), stored.max()
    return _scaled(stored, float(low), float(high), dataset)


def _sample(values: Array) -> Array:
    return values.reshape(-1)[:: max(1, values.size // _SAMPLES)]


def _scaled(stored: Array, low: float, high: float, dataset: Dataset) -> Array:
    scaled = stored.astype(np.float32)
    scaled -= low
    scaled *= 255.0 / ((high - low) or 1.0)
    np.clip(scaled, 0, 255, out=scaled)
    grey: Array = scaled.astype(np.uint8)
    return 255 - grey if _kind(dataset) == "MONOCHROME1" else grey


def _first(dataset: Dataset, keyword: str) -> float | None:
    value = dataset.get(keyword)
    if isinstance(value, pydicom.multival.MultiValue):
        value = value[0] if value else None
    return None if value in (None, "") else float(value)
