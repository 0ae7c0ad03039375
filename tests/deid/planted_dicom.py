"""DICOM files with a secret in every attribute of the standard that holds text, and around them.

`planted_dicom_files(folder)` writes them: grey and colour, one frame and several, compressed or
not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from tests.deid import synthetic_dicom, synthetic_pictures
from tests.deid.planted_metadata import SecretMaker

_TEXT = frozenset({"LO", "SH", "PN", "ST", "LT", "UT", "UC", "UR", "AE", "CS"})
_NEEDED = frozenset({"PhotometricInterpretation", "SpecificCharacterSet"})
_SHARE = 12
"""Each object carries one in so many of the standard's text attributes, and the next the next."""
DATES = ("20240303", "19510704", "20231224")
UIDS = ("1.2.826.0.1.3680043.8.498.777", "1.2.840.99999.4242")


@dataclass(frozen=True)
class PlantedDicom:
    """One file and the secrets in it."""

    path: Path
    secrets: tuple[bytes, ...]
    pixels: npt.NDArray[Any]
    """As stored."""
    syntax: UID


def planted_dicom_files(folder: Path) -> Iterator[PlantedDicom]:
    """Every transfer syntax that can be written here, over every kind of pixels."""
    numbers = itertools.count(1)
    for place, (name, stored, syntax, header) in enumerate(_kinds()):
        plant = SecretMaker(_numbers=numbers)
        path = folder / f"{name}.dcm"
        made = synthetic_dicom.write(path, stored, bits=_bits(stored), **header)
        _fill(made, plant, place)
        _pack(made, syntax)
        made.preamble = plant.raw().ljust(128, b"Z")
        if syntax.is_little_endian:
            made.save_as(path, enforce_file_format=True)
        else:  # which save_as refuses for what was made in the other order
            pydicom.dcmwrite(
                path, made, implicit_vr=False, little_endian=False, force_encoding=True
            )
        with path.open("ab") as stream:
            stream.write(_TRAILING.get(syntax, b"") and _TRAILING[syntax] + plant.raw())
        yield PlantedDicom(path, tuple(plant.secrets), stored, syntax)


_TRAILING = {ExplicitVRLittleEndian: b"\xfd\xff\x11\x00LO\x09\x00"}
"""A private element after the pixels, as long as a secret."""


def _kinds() -> Iterator[tuple[str, npt.NDArray[Any], UID, dict[str, Any]]]:
    eight = synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48)))
    twelve = synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48)), 12)
    signed = (twelve.astype(np.int32) - 2048).astype("<i2")
    colour = np.asarray(synthetic_pictures.skin(64, 48))
    yield "plain", eight, ExplicitVRLittleEndian, {}
    yield "implicit", twelve, ImplicitVRLittleEndian, {}
    yield "big-endian", eight, ExplicitVRBigEndian, {"PhotometricInterpretation": "MONOCHROME1"}
    yield "deflated", eight, DeflatedExplicitVRLittleEndian, {}
    yield "run-lengths", signed, RLELossless, {}
    yield "jpeg-ls", twelve, JPEGLSLossless, {"PhotometricInterpretation": "MONOCHROME1"}
    yield "jpeg-2000", twelve, JPEG2000Lossless, {}
    yield "stack", np.stack([twelve, twelve // 2, twelve // 4]), ExplicitVRLittleEndian, {}
    yield "packed-stack", np.stack([eight, eight // 2]), RLELossless, {}
    yield "colour", colour, ExplicitVRLittleEndian, {}
    yield "packed-colour", colour, RLELossless, {}
    yield "several-colours", np.stack([colour, 255 - colour]), ExplicitVRLittleEndian, {}


def _bits(stored: npt.NDArray[Any]) -> int:
    return 8 if stored.itemsize == 1 else 12


def _pack(made: FileDataset, syntax: UID) -> None:
    if syntax.is_compressed and syntax != DeflatedExplicitVRLittleEndian:
        synthetic_dicom.compress(made, syntax)
        return
    made.file_meta.TransferSyntaxUID = syntax


def _fill(made: Dataset, plant: SecretMaker, place: int) -> None:
    """Text in the attributes of the standard, nested twice, private, and in old groups."""
    for keyword in _keywords()[place % _SHARE :: _SHARE]:
        setattr(made, keyword, plant.text())
    for keyword in ("PatientName", "PatientID", "StudyDescription", "BodyPartExamined"):
        setattr(made, keyword, plant.text())
    made.StudyDate, made.PatientBirthDate, made.AcquisitionDate = DATES
    made.StudyInstanceUID, made.SeriesInstanceUID = UID(f"{UIDS[0]}001"), UID(f"{UIDS[0]}002")
    made.SOPInstanceUID, made.FrameOfReferenceUID = UID(f"{UIDS[0]}003"), UID(UIDS[1])
    inner = Dataset()
    inner.PatientName, inner.InstitutionName = plant.text(), plant.text()
    outer = Dataset()
    outer.StationName, outer.ReferencedSOPInstanceUID = plant.text(), UID(UIDS[1])
    outer.RequestAttributesSequence = [inner]
    made.ReferencedStudySequence = made.OriginalAttributesSequence = [outer]
    for group in (0x0009, 0x0029, 0x7FE1):
        made.add_new((group, 0x0010), "LO", plant.text())
        made.add_new((group, 0x1001), "UN", plant.raw())
        made.add_new((group, 0x1002), "LO", plant.text())
    for group in (0x6002, 0x601E):
        made.add_new((group, 0x0022), "LO", plant.text())
        made.add_new((group, 0x3000), "OW", plant.raw() + b"Z")
    made.add_new((0x5000, 0x0022), "LO", plant.text())
    made.add_new((0x5000, 0x3000), "OW", plant.raw() + b"Z")
    made.EncapsulatedDocument = plant.raw() + b"Z"
    made.IconImageSequence[0].PixelData = plant.raw().ljust(16, b"Z")
    made.file_meta.SourceApplicationEntityTitle = plant.text()
    made.file_meta.SendingApplicationEntityTitle = plant.text()
    made.file_meta.ImplementationVersionName = plant.text()


def _keywords() -> list[str]:
    """Attributes of one text value, in the order of their tags; those of groups that repeat not."""
    known = sorted(DicomDictionary.items())
    return [
        keyword
        for tag, (vr, _multiplicity, _name, _retired, keyword) in known
        if vr in _TEXT and keyword and keyword not in _NEEDED and tag > 0x00080000
    ]


def faults(made: Path, source: PlantedDicom) -> list[str]:
    """What a cleaned file still carries, or lacks."""
    read, data = pydicom.dcmread(made), made.read_bytes()
    checks = {
        "secret": any(secret in data for secret in (*source.secrets, *synthetic_dicom.SECRETS)),
        "private tag": any(element.tag.is_private for element in read.iterall()),
        "date": any(date.encode() in data for date in DATES),
        "identifier": any(uid.encode() in data for uid in UIDS),
        "overlay or curve": any(0x5000 <= e.tag.group <= 0x60FF for e in read.iterall()),
        "icon": "IconImageSequence" in read,
        "preamble": read.preamble != bytes(128),
        "sender": any("ApplicationEntity" in element.keyword for element in read.file_meta),
        "not said": read.get("PatientIdentityRemoved") != "YES",
        "no codes": not read.get("DeidentificationMethodCodeSequence"),
        "other pixels": not np.array_equal(read.pixel_array, source.pixels),
    }
    return [fault for fault, is_so in checks.items() if is_so]
