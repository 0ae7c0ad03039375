"""The formats in which results are written, by suffix of the file name."""

from __future__ import annotations

from pathlib import Path

from cases.deid import errors
from cases.deid.errors import FileRefused

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
MULTI_FRAME_FORMATS = frozenset({"PNG", "WEBP", "GIF", "TIFF"})


def format_for(target: Path) -> str:
    """Pillow's name of the format for the suffix of a file name. Raises FileRefused for others."""
    format_ = _FORMATS.get(target.suffix.lower())
    if format_ is None:
        raise FileRefused(*errors.UNKNOWN_FORMAT)
    return format_


def suffix_for(source: Path, format_: str) -> str:
    """The suffix for a result in the format of the source; ".png" where that is not written."""
    format_ = "JPEG" if format_ == "MPO" else format_
    if _FORMATS.get(source.suffix.lower()) == format_:
        return source.suffix
    return next((suffix for suffix, known in _FORMATS.items() if known == format_), ".png")
