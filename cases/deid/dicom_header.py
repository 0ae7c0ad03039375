"""Builds the header of a de-identified DICOM file: only what is known to be safe is copied.

Stricter than the table of PS3.15 Annex E, which an allow-list replaces: an attribute that is not
named here, private or public, in the data set or nested, is not copied.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from typing import Any

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from cases.deid import metadata

METHOD = "Allow-list header within PS3.15 Annex E; pixels cleaned"
METHOD_UNVERIFIED = "Allow-list header within PS3.15 Annex E; pixels not verified"
_CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
)
_CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
_NUMBERS = (
    *("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio"),
    *("RescaleIntercept", "RescaleSlope", "WindowCenter", "WindowWidth"),
    *("SliceThickness", "SpacingBetweenSlices", "SliceLocation", "ImagePositionPatient"),
    *("ImageOrientationPatient", "KVP", "ExposureTime", "XRayTubeCurrent", "Exposure"),
    *("EchoTime", "RepetitionTime", "InversionTime", "FlipAngle", "MagneticFieldStrength"),
    *("EchoTrainLength", "FrameTime", "CineRate", "RecommendedDisplayFrameRate"),
    *("LossyImageCompressionRatio", "SeriesNumber", "AcquisitionNumber", "InstanceNumber"),
)
_MAX_NUMBER = 1_000_000
"""A number above this is no count and no measurement."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS = {
    "Modality": _words("CR CT DX ES ECG GM IO IVOCT MG MR NM OCT OP OT PT PX RF SC SM US XA XC"),
    "BodyPartExamined": _words(
        "ABDOMEN ANKLE ARM BLADDER BRAIN BREAST CHEST CLAVICLE COLON CSPINE ELBOW EYE FEMUR "
        "FINGER FOOT FOREARM HAND HEAD HEART HIP HUMERUS JAW KIDNEY KNEE LEG LIVER LSPINE LUNG "
        "NECK ORBIT PANCREAS PELVIS SHOULDER SKIN SKULL SPINE SPLEEN STOMACH TSPINE THIGH THUMB "
        "TOE UTERUS WRIST"
    ),
    "ImageType": _words(
        "ORIGINAL DERIVED PRIMARY SECONDARY AXIAL LOCALIZER REFORMATTED PROJECTION OTHER"
    ),
    "Laterality": _words("L R U B"),
    "ImageLaterality": _words("L R U B"),
    "PatientSex": _words("M F O"),
    "ViewPosition": _words("AP PA LL RL LLD RLD LLO RLO CC MLO ML LM XCCL"),
    "PatientPosition": _words("HFP HFS HFDR HFDL FFDR FFDL FFP FFS"),
    "RescaleType": _words("HU US OD"),
    "VOILUTFunction": _words("LINEAR LINEAR_EXACT SIGMOID"),
    "PresentationLUTShape": _words("IDENTITY INVERSE"),
    "LossyImageCompression": _words("00 01"),
}
_DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
_TYPE_2_KEYWORDS = (
    *("PatientID", "PatientBirthDate", "ReferringPhysicianName", "AccessionNumber", "StudyID"),
    *("StudyDate", "StudyTime"),
)
"""Type 2 in the modules that every image has: present, without a value."""

# SOP classes whose files need no attribute but those above; others become secondary captures.
_SOP_CLASSES = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{end}"
    for end in ("1", "1.1", "1.2", "2", "4", "6.1", "3.1", "7", "7.1", "7.2", "7.3", "7.4", "12.1")
)
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_MIN_SHIFT_DAYS, _MAX_SHIFT_DAYS = 30, 3650


def build_header(source: FileDataset, key: bytes, *, pixels_verified: bool = False) -> Dataset:
    """A new data set with new file meta information, without pixels.

    `pixels_verified` says that nothing is detected in the redacted pixels; without it the file says
    that something may be burned in. The same key gives the same UIDs and the same shift of dates;
    those of different keys cannot be linked.
    """
    header = Dataset()
    for keyword in _TYPE_2_KEYWORDS:
        setattr(header, keyword, "")
    for keyword in _NUMBERS:
        _copy_numbers(header, source, keyword)
    for keyword, known in _WORDS.items():
        _copy_words(header, source, keyword, known)
    for keyword in _DATES:
        shifted = _shifted_date(str(source.get(keyword, "")), key)
        if shifted:
            setattr(header, keyword, shifted)
    for keyword in _UIDS:
        setattr(header, keyword, new_uid(str(source.get(keyword, "")) or keyword, key))
    header.SOPClassUID = UID(_sop_class(source))
    header.PatientName = "Anonymous"
    _describe_deidentification(header, pixels_verified=pixels_verified)
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    return header


def new_uid(uid: str, key: bytes) -> UID:
    """A UID in place of `uid`: 2.25 and 128 bits derived with `key` (PS3.5 section B.2)."""
    digest = hmac.digest(key, b"uid\0" + uid.encode(), hashlib.sha256)
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def _shifted_date(date: str, key: bytes) -> str:
    if not re.fullmatch(r"\d{8}", date):
        return ""
    digest = hmac.digest(key, b"days", hashlib.sha256)
    span = _MAX_SHIFT_DAYS - _MIN_SHIFT_DAYS
    days = _MIN_SHIFT_DAYS + int.from_bytes(digest[:8], "big") % span
    try:
        day = dt.date(int(date[:4]), int(date[4:6]), int(date[6:])) - dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return f"{day:%Y%m%d}"


def _copy_numbers(header: Dataset, source: Dataset, keyword: str) -> None:
    """Copy numbers by their value, so that no other text is copied with them."""
    try:
        numbers = [float(value) for value in _values(source, keyword)]
    except (TypeError, ValueError):
        return
    if numbers and all(abs(number) <= _MAX_NUMBER for number in numbers):
        texts = [f"{number:.10g}" for number in numbers]
        setattr(header, keyword, texts if len(texts) > 1 else texts[0])


def _copy_words(header: Dataset, source: Dataset, keyword: str, known: frozenset[str]) -> None:
    words = [str(value) for value in _values(source, keyword)]
    allowed = [word for word in words if word in known]
    if allowed:
        setattr(header, keyword, allowed if len(allowed) > 1 else allowed[0])


def _values(source: Dataset, keyword: str) -> list[Any]:
    value = source.get(keyword)
    if value is None or value == "":
        return []
    return list(value) if not isinstance(value, str) and hasattr(value, "__iter__") else [value]


def _sop_class(source: Dataset) -> str:
    uid = str(source.get("SOPClassUID", ""))
    return uid if uid in _SOP_CLASSES else _SECONDARY_CAPTURE


def _describe_deidentification(header: Dataset, *, pixels_verified: bool) -> None:
    codes = (*_CODES, _CLEAN_PIXELS) if pixels_verified else _CODES
    header.PatientIdentityRemoved = "YES"
    header.DeidentificationMethod = METHOD if pixels_verified else METHOD_UNVERIFIED
    header.LongitudinalTemporalInformationModified = "MODIFIED"
    header.BurnedInAnnotation = "NO" if pixels_verified else "YES"
    header.DeidentificationMethodCodeSequence = [_code(*code) for code in codes]


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning[:64]
    return code


_BY_VR = {
    "PN": "names",
    **dict.fromkeys(("DA", "TM", "DT"), metadata.DATE),
    "UI": "identifiers",
    **dict.fromkeys(("LO", "SH", "ST", "LT", "UT", "UC", "UR", "AS", "UN"), metadata.DESCRIPTION),
}


def metadata_kinds(source: FileDataset) -> list[str]:
    """Sorted kinds of what is in the header, nested data sets included; never values."""
    kinds: set[str] = {metadata.OTHER} if any(source.preamble or b"") else set()
    for element in source.iterall():
        if element.tag.is_private:
            kinds.add("private tags")
        elif 0x6000 <= element.tag.group <= 0x60FF:
            kinds.add("overlay")
        elif element.keyword == "IconImageSequence":
            kinds.add(metadata.THUMBNAIL)
        elif element.keyword.startswith("Institution"):
            kinds.add("institution")
        elif element.VR in _BY_VR and element.value:
            kinds.add(_BY_VR[element.VR])
    return sorted(kinds)
