"""What a file claims to be by its first bytes. The worker's decoder has the last word."""

from __future__ import annotations

from cases.deid import formats

_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
)


def kind_of(data: bytes) -> str | None:
    """JPEG, PNG, GIF, TIFF, BMP, WebP, HEIF (AVIF too) or DICOM; None for anything else."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return "HEIF"
    if formats.is_dicom(data[:132]):
        return "DICOM"
    return None
