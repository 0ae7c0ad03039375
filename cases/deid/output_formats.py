"""Which formats results are written in, by suffix. Knows no imaging library."""

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
    """The format a file name asks for. Raises Refused for one we do not write."""
    format_ = _FORMATS.get(target.suffix.lower())
    if format_ is None:
        raise FileRefused(*errors.UNKNOWN_FORMAT)
    return format_


def suffix_for(source: Path, format_: str) -> str:
    """The suffix for a result in the source's own format; ".png" where we do not write that."""
    format_ = "JPEG" if format_ == "MPO" else format_
    if _FORMATS.get(source.suffix.lower()) == format_:
        return source.suffix
    return next((suffix for suffix, known in _FORMATS.items() if known == format_), ".png")
