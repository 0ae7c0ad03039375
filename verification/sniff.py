"""What a file is, by its first bytes: pictures and PDF, everything else is refused."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, UnidentifiedImageError

# Dimensions beyond these are no photograph of a document.
MOST_PIXELS = 80_000_000
LEAST_SIDE = 32
# No HEIC: phones send JPEG where a form does not ask for it, and browsers cannot show it.
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def media_type(content: bytes) -> str:
    """`image/…` or `application/pdf`; empty for what is not accepted. Decodes headers only."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    try:
        with Image.open(BytesIO(content), formats=list(_FORMATS)) as image:
            width, height = image.size
            kind = _FORMATS.get(image.format or "", "")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ""
    fits = min(width, height) >= LEAST_SIDE and width * height <= MOST_PIXELS
    return kind if fits else ""
