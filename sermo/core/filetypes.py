"""Finds the type of a file from its content, never from its name or declared type.

Imports no Django, so that `cases.deid` may use it. Pillow is imported only when a header must be
decoded.
"""

from __future__ import annotations

from io import BytesIO

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
)
DICOM_HEADER_BYTES = 132
"""`is_dicom` needs this many bytes from the start of a file."""

# No HEIC: browsers cannot show it, and phones send JPEG unless a form asks for HEIC.
_DOCUMENT_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_DOCUMENT_PIXELS = 80_000_000
MIN_DOCUMENT_SIDE = 32
"""In pixels. A smaller or larger picture is not accepted as a photograph of a document."""


def is_dicom(start: bytes) -> bool:
    """Whether a file that begins with these 132 bytes or more is DICOM (PS3.10 section 7.1)."""
    return start[128:132] == b"DICM"


def is_pdf(content: bytes) -> bool:
    """Whether the whole content of a file has the header and the end mark of a PDF."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]


def picture_format(content: bytes) -> str | None:
    """JPEG, PNG, GIF, TIFF, BMP, WebP, HEIF (AVIF too) or DICOM; None for anything else.

    Reads the first bytes only, so a picture of a known format may still be damaged.
    """
    for signature, name in _SIGNATURES:
        if content.startswith(signature):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "HEIF"
    return "DICOM" if is_dicom(content) else None


def document_media_type(content: bytes) -> str:
    """`image/jpeg`, `image/png`, `image/webp` or `application/pdf`; "" for any other file.

    Only the header of a picture is decoded. Also "" if the picture is too small or too large.
    """
    if is_pdf(content):
        return "application/pdf"
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=list(_DOCUMENT_FORMATS)) as image:
            width, height = image.size
            media_type = _DOCUMENT_FORMATS.get(image.format or "", "")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ""
    fits = min(width, height) >= MIN_DOCUMENT_SIDE and width * height <= MAX_DOCUMENT_PIXELS
    return media_type if fits else ""
