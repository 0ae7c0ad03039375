"""Which formats results are written in, by suffix. Knows no imaging library."""

from __future__ import annotations

from pathlib import Path

from cases.deid import errors
from cases.deid.errors import Refused

_FORMATS = {
    ".png": "PNG",
    ".webp": "WEBP",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".gif": "GIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}
HOLDS_FRAMES = frozenset({"PNG", "WEBP", "GIF", "TIFF"})


def is_dicom(start: bytes) -> bool:
    """Whether a file that begins so is a DICOM file (PS3.10 section 7.1)."""
    return start[128:132] == b"DICM"


def of(target: Path) -> str:
    """The format a file name asks for. Raises Refused for one we do not write."""
    format_ = _FORMATS.get(target.suffix.lower())
    if format_ is None:
        raise Refused(*errors.UNKNOWN_FORMAT)
    return format_


def like(source: Path, format_: str) -> str:
    """The suffix for a result in the source's own format; ".png" where we do not write that."""
    format_ = "JPEG" if format_ == "MPO" else format_
    if _FORMATS.get(source.suffix.lower()) == format_:
        return source.suffix
    return next((suffix for suffix, known in _FORMATS.items() if known == format_), ".png")
