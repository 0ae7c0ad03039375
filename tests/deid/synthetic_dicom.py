"""Generated DICOM files whose invented secrets can be recognized."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gdcm  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from tests.deid import synthetic_pictures

STUDY, SERIES = "1.2.826.0.1.3680043.8.498.777001", "1.2.826.0.1.3680043.8.498.777002"
INSTANCE = "1.2.826.0.1.3680043.8.498.777003"
SECRETS = (
    *(b"ZZ", b"20240303", b"19510704", b"112233.44", b"777001", b"777002", b"777003", b"777009"),
    *(b"LEAKED", b"00012345", b"PK\x03\x04"),
)
_GDCM_NAMES = {
    JPEGLossless: "JPEGLosslessProcess14",
    JPEGLosslessSV1: "JPEGLosslessProcess14_1",
    JPEGExtended12Bit: "JPEGExtendedProcess2_4",
    JPEGLSLossless: "JPEGLSLossless",
}
"""Transfer syntaxes that pydicom does not write."""


def ultrasound(
    name: str = synthetic_pictures.NAME, size: tuple[int, int] = (480, 360)
) -> Image.Image:
    """A grey picture with a name burned in; without one for an empty name."""
    picture = synthetic_pictures.noise(*size).convert("L").point(lambda value: value // 3)
    if not name:
        return picture
    return synthetic_pictures.write_on(picture.convert("RGB"), name, size=28).convert("L")


def values(picture: Image.Image, bits: int = 8) -> npt.NDArray[Any]:
    """The grey levels of a picture as stored values of so many bits."""
    levels = np.asarray(picture)
    return levels if bits == 8 else (levels.astype(np.uint16) << (bits - 8))


def write(path: Path, stored: npt.NDArray[Any], *, bits: int = 8, **header: Any) -> FileDataset:
    """A file with secrets in every place a header has, around these stored values."""
    dataset = FileDataset(str(path), {}, file_meta=_meta(), preamble=b"ZZPREAMBLE".ljust(128, b"Z"))
    _plant(dataset)
    colour = stored.ndim >= 3 and stored.shape[-1] == 3
    dataset.Rows, dataset.Columns = stored.shape[-3:-1] if colour else stored.shape[-2:]
    if stored.ndim == (4 if colour else 3):
        dataset.NumberOfFrames = stored.shape[0]
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = stored.itemsize * 8, bits, bits - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    for keyword, value in header.items():
        setattr(dataset, keyword, value)
    raw = stored.tobytes()
    dataset.PixelData = raw + b"\0" * (len(raw) % 2)
    dataset["PixelData"].VR = "OB" if stored.itemsize == 1 else "OW"
    dataset.save_as(path, enforce_file_format=True)
    with path.open("ab") as stream:
        # A private element after the pixels: what "trailing bytes" look like to a reader.
        stream.write(b"\xfd\xff\x11\x00LO\x08\x00PK\x03\x04ZZZZ")
    return dataset


def repack(source: Path, target: Path, syntax: UID) -> None:
    """Write the file anew in one of `_GDCM_NAMES`, by GDCM."""
    reader, change, writer = (
        gdcm.ImageReader(),
        gdcm.ImageChangeTransferSyntax(),
        gdcm.ImageWriter(),
    )
    reader.SetFileName(str(source))
    assert reader.Read()
    number = getattr(gdcm.TransferSyntax, _GDCM_NAMES[syntax])
    change.SetTransferSyntax(gdcm.TransferSyntax(number))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()


def compress(dataset: FileDataset, syntax: UID) -> None:
    """Pack the pixels in place, by pydicom where it can."""
    if syntax not in _GDCM_NAMES:
        dataset.compress(syntax, generate_instance_uid=False)
        return
    plain = FileDataset("", {}, file_meta=_meta(), preamble=bytes(128))
    plain.SOPClassUID, plain.SOPInstanceUID = _meta().MediaStorageSOPClassUID, UID(INSTANCE)
    for element in dataset.group_dataset(0x0028):
        plain.add(element)
    plain.add(dataset["PixelData"])
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "plain.dcm", Path(folder) / "packed.dcm"
        plain.save_as(source, enforce_file_format=True)
        repack(source, target, syntax)
        packed = pydicom.dcmread(target)
    dataset.add(packed["PixelData"])
    dataset.file_meta.TransferSyntaxUID = syntax


def _meta() -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.6.1")
    meta.MediaStorageSOPInstanceUID = UID(INSTANCE)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.SourceApplicationEntityTitle = "ZZHOSPITALAE"
    return meta


def _plant(dataset: Dataset) -> None:
    dataset.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.6.1")
    dataset.SOPInstanceUID, dataset.StudyInstanceUID = UID(INSTANCE), UID(STUDY)
    dataset.SeriesInstanceUID, dataset.Modality = UID(SERIES), "US"
    dataset.PatientName, dataset.PatientID = "ZZTEST^PATIENT", "00012345"
    dataset.PatientBirthDate, dataset.PatientAge, dataset.PatientSex = "19510704", "072Y", "F"
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = "20240303"
    dataset.StudyTime = "112233.44"
    dataset.InstitutionName, dataset.ReferringPhysicianName = "ZZ HOSPITAL", "ZZDOCTOR^A"
    dataset.StudyDescription, dataset.BodyPartExamined = "ZZ abdomen", "ZZSMITH"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "ZZLEFT"]
    dataset.StationName, dataset.DeviceSerialNumber = "ZZSTATION", "ZZ99"
    dataset.PixelSpacing, dataset.SeriesNumber = ["0.5", "0.5"], "3"
    dataset.BurnedInAnnotation = "NO"
    dataset.add_new((0x0009, 0x0010), "LO", "ZZPRIVATE")
    dataset.add_new((0x0009, 0x1001), "UN", b"ZZ private bytes")
    dataset.add_new((0x6000, 0x0010), "US", 8)
    dataset.add_new((0x6000, 0x0011), "US", 8)
    dataset.add_new((0x6000, 0x3000), "OW", b"LEAKED!!")
    nested, icon = Dataset(), Dataset()
    nested.ReferencedSOPInstanceUID = UID("1.2.826.0.1.3680043.8.498.777009")
    nested.PatientName = "ZZNESTED"
    dataset.ReferencedImageSequence = [nested]
    icon.Rows = icon.Columns = 4
    icon.BitsAllocated, icon.SamplesPerPixel, icon.NumberOfFrames = 8, 1, 1
    icon.PixelData = b"LEAKEDLEAKEDLEAK"
    dataset.IconImageSequence = [icon]
