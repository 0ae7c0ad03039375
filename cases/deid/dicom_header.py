"""The header of a DICOM file made anew: what is known to be safe is taken over, nothing else.

Stricter than the table of PS3.15 Annex E, which it replaces by an allow-list: an attribute that is
not named here, private or public, in the data set or nested, does not come along.
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
METHOD_UNSURE = "Allow-list header within PS3.15 Annex E; pixels not verified"
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
_LARGEST = 1_000_000
"""A count or measure above this is no count or measure."""


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
_EMPTY = (
    *("PatientID", "PatientBirthDate", "ReferringPhysicianName", "AccessionNumber", "StudyID"),
    *("StudyDate", "StudyTime"),
)
"""Of type 2 in the modules every image has: there, without a value."""

# Classes whose files stand by the attributes above; all others become secondary captures.
_CLASSES = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{end}"
    for end in ("1", "1.1", "1.2", "2", "4", "6.1", "3.1", "7", "7.1", "7.2", "7.3", "7.4", "12.1")
)
_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_SHORTEST_SHIFT, _LONGEST_SHIFT = 30, 3650


def build_header(source: FileDataset, key: bytes, *, pixels_verified: bool = False) -> Dataset:
    """A new data set with new file meta information, still without pixels.

    `is_clean` says that a second look at the pixels finds nothing; without it the file says that
    something may be burned in. The same key gives the same UIDs and the same shift; another key
    gives others, not to be linked.
    """
    made = Dataset()
    for keyword in _EMPTY:
        setattr(made, keyword, "")
    for keyword in _NUMBERS:
        _take_numbers(made, source, keyword)
    for keyword, known in _WORDS.items():
        _take_words(made, source, keyword, known)
    for keyword in _DATES:
        moved = _moved(str(source.get(keyword, "")), key)
        if moved:
            setattr(made, keyword, moved)
    for keyword in _UIDS:
        setattr(made, keyword, new_uid(str(source.get(keyword, "")) or keyword, key))
    made.SOPClassUID = UID(_class_of(source))
    made.PatientName = "Anonymous"
    _say_what_was_done(made, pixels_verified=pixels_verified)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    return made


def new_uid(uid: str, key: bytes) -> UID:
    """PS3.5 section B.2: 2.25 and a number of 128 bits, here one that only `key` leads to."""
    digest = hmac.digest(key, b"uid\0" + uid.encode(), hashlib.sha256)
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def _moved(date: str, key: bytes) -> str:
    if not re.fullmatch(r"\d{8}", date):
        return ""
    digest = hmac.digest(key, b"days", hashlib.sha256)
    span = _LONGEST_SHIFT - _SHORTEST_SHIFT
    days = _SHORTEST_SHIFT + int.from_bytes(digest[:8], "big") % span
    try:
        day = dt.date(int(date[:4]), int(date[4:6]), int(date[6:])) - dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return f"{day:%Y%m%d}"


def _take_numbers(made: Dataset, source: Dataset, keyword: str) -> None:
    """Numbers written anew from their value, so that no other text rides along."""
    try:
        numbers = [float(value) for value in _values(source, keyword)]
    except (TypeError, ValueError):
        return
    if numbers and all(abs(number) <= _LARGEST for number in numbers):
        texts = [f"{number:.10g}" for number in numbers]
        setattr(made, keyword, texts if len(texts) > 1 else texts[0])


def _take_words(made: Dataset, source: Dataset, keyword: str, known: frozenset[str]) -> None:
    words = [str(value) for value in _values(source, keyword)]
    kept = [word for word in words if word in known]
    if kept:
        setattr(made, keyword, kept if len(kept) > 1 else kept[0])


def _values(source: Dataset, keyword: str) -> list[Any]:
    value = source.get(keyword)
    if value is None or value == "":
        return []
    return list(value) if not isinstance(value, str) and hasattr(value, "__iter__") else [value]


def _class_of(source: Dataset) -> str:
    uid = str(source.get("SOPClassUID", ""))
    return uid if uid in _CLASSES else _CAPTURE


def _say_what_was_done(made: Dataset, *, pixels_verified: bool) -> None:
    codes = (*_CODES, _CLEAN_PIXELS) if pixels_verified else _CODES
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = METHOD if pixels_verified else METHOD_UNSURE
    made.LongitudinalTemporalInformationModified = "MODIFIED"
    made.BurnedInAnnotation = "NO" if pixels_verified else "YES"
    made.DeidentificationMethodCodeSequence = [_code(*code) for code in codes]


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
    """Sorted kinds of what the header carries, nested data sets included; never values."""
    found: set[str] = {metadata.OTHER} if any(source.preamble or b"") else set()
    for element in source.iterall():
        if element.tag.is_private:
            found.add("private tags")
        elif 0x6000 <= element.tag.group <= 0x60FF:
            found.add("overlay")
        elif element.keyword == "IconImageSequence":
            found.add(metadata.THUMBNAIL)
        elif element.keyword.startswith("Institution"):
            found.add("institution")
        elif element.VR in _BY_VR and element.value:
            found.add(_BY_VR[element.VR])
    return sorted(found)
