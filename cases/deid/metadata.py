"""Names the kinds of metadata in a picture, so that its author can read what was removed.

Only kinds leave this module, never values. Nothing here removes anything: the pixels are
written into a new picture, so what is not named here is removed as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

LOCATION = "location"
CAMERA = "camera"
DATE = "date"
AUTHOR = "author"
DESCRIPTION = "description"
THUMBNAIL = "thumbnail"
COLOUR_PROFILE = "colour profile"
EDITING = "editing history"
HIDDEN_PICTURES = "further pictures"
TRAILING = "data after the picture"
TRANSPARENCY = "transparency"
OTHER = "other"

_EXIF_KINDS = {
    **dict.fromkeys(("Make", "Model", "Software", "HostComputer", "ProcessingSoftware"), CAMERA),
    **dict.fromkeys(("MakerNote", "LensModel", "LensMake", "LensSerialNumber"), CAMERA),
    **dict.fromkeys(("BodySerialNumber", "CameraSerialNumber", "UniqueCameraModel"), CAMERA),
    **dict.fromkeys(("DateTime", "DateTimeOriginal", "DateTimeDigitized", "PreviewDateTime"), DATE),
    **dict.fromkeys(("OffsetTime", "OffsetTimeOriginal", "OffsetTimeDigitized"), DATE),
    **dict.fromkeys(("Artist", "Copyright", "XPAuthor", "CameraOwnerName"), AUTHOR),
    **dict.fromkeys(("ImageDescription", "UserComment", "DocumentName", "PageName"), DESCRIPTION),
    **dict.fromkeys(("XPTitle", "XPComment", "XPKeywords", "XPSubject"), DESCRIPTION),
}
_STRUCTURE = {
    *("ImageWidth", "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation"),
    *("StripOffsets", "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "PlanarConfiguration"),
    *("Orientation", "XResolution", "YResolution", "ResolutionUnit", "YCbCrPositioning"),
    *("TileWidth", "TileLength", "TileOffsets", "TileByteCounts", "SampleFormat", "ColorMap"),
    *("Predictor", "ExtraSamples", "NewSubfileType", "SubfileType", "FillOrder", "JPEGTables"),
    *("YCbCrSubSampling", "ReferenceBlackWhite", "ColorSpace", "ExifImageWidth"),
    *("ExifImageHeight", "ExifVersion", "ComponentsConfiguration", "FlashPixVersion"),
    *("PageNumber", "ExifOffset", "GPSInfo", "InterColorProfile", "MinSampleValue"),
    *("MaxSampleValue", "SMinSampleValue", "SMaxSampleValue"),
}
_INFO_KINDS = {
    "icc_profile": COLOUR_PROFILE,
    "comment": DESCRIPTION,
    "photoshop": DESCRIPTION,
    "timestamp": DATE,
}
_INFO_STRUCTURE = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe", "adobe_transform", "dpi"),
    *("progressive", "progression", "exif", "xmp", "transparency", "background", "duration"),
    *("loop", "version", "extension", "gamma", "srgb", "chromaticity", "interlace", "compression"),
    *("resolution", "default_image", "disposal", "blend", "bbox", "mp", "mpoffset", "primary"),
    *("bit_depth", "thumbnails", "depth_images", "aux", "heif", "original_orientation"),
    *("aspect", "chroma", "metadata", "parsed_exif", "flashpix", "APP", "sizes", "cicp", "nclx"),
    *("stereo_matrix", "tmap", "content_light_level", "mastering_display", "camera_intrinsic"),
    *("camera_extrinsic", "srgb_intent", "orientation", "XML:com.adobe.xmp"),
}


def metadata_kinds(image: Image.Image, path: Path) -> list[str]:
    """Sorted kinds of metadata in an opened picture and the file it came from."""
    kinds = _of_exif(image) | _of_info(image.info) | _of_xmp(image.info)
    if image.format == "MPO":
        kinds.add(HIDDEN_PICTURES)
    if _has_alpha(image):
        kinds.add(TRANSPARENCY)
    if _has_trailing_bytes(path, image.format or ""):
        kinds.add(TRAILING)
    return sorted(kinds)


def _of_exif(image: Image.Image) -> set[str]:
    try:
        exif = image.getexif()
        parts: list[dict[Any, Any]] = [dict(exif), exif.get_ifd(ExifTags.IFD.Exif)]
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        thumbnail = exif.get_ifd(ExifTags.IFD.IFD1)
    except Exception:
        # Pillow raises many kinds of exceptions for broken Exif, which is removed like any other.
        return {OTHER}
    kinds: set[str] = set()
    for tag in (tag for part in parts for tag in part):
        name = ExifTags.TAGS.get(tag, "")
        if name in _EXIF_KINDS:
            kinds.add(_EXIF_KINDS[name])
        elif name not in _STRUCTURE:
            kinds.add(OTHER)
    if gps or ExifTags.IFD.GPSInfo in exif:
        kinds.add(LOCATION)
    if thumbnail:
        kinds.add(THUMBNAIL)
    return kinds


def _of_info(info: dict[Any, Any]) -> set[str]:
    kinds: set[str] = set()
    for key, value in info.items():
        name = str(key)
        if value in (None, b"", "", [], {}):
            continue
        if name in _INFO_KINDS:
            kinds.add(_INFO_KINDS[name])
        elif name not in _INFO_STRUCTURE:
            kinds.add(DESCRIPTION if isinstance(value, (str, bytes)) else OTHER)
    return kinds


def _of_xmp(info: dict[Any, Any]) -> set[str]:
    raw = info.get("xmp") or info.get("XML:com.adobe.xmp") or b""
    text = raw if isinstance(raw, bytes) else str(raw).encode()
    if not text:
        return set()
    kinds = {EDITING}
    for kind, words in (
        (LOCATION, (b"GPSL", b"photoshop:City", b"Location")),
        (DATE, (b"Date",)),
        (AUTHOR, (b"dc:creator", b"dc:rights", b"Author")),
        (DESCRIPTION, (b"dc:description", b"dc:title", b"dc:subject")),
    ):
        if any(word in text for word in words):
            kinds.add(kind)
    return kinds


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _has_trailing_bytes(path: Path, format_: str) -> bool:
    """Whether bytes follow the picture's own end, e.g. an archive glued to it."""
    data = path.read_bytes()
    if format_ in ("JPEG", "MPO"):
        return not data.rstrip(b"\0").endswith(b"\xff\xd9")
    if format_ == "PNG":
        end = data.rfind(b"IEND")
        return end >= 0 and len(data) > end + 8
    if format_ == "GIF":
        return not data.rstrip(b"\0").endswith(b"\x3b")
    if format_ == "WEBP":
        return len(data) > int.from_bytes(data[4:8], "little") + 9
    return False
