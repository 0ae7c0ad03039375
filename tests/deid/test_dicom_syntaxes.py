"""The ways of packing DICOM pixels that only foreign software writes, and colours by palette."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    HTJ2K,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
)

from cases.deid import dicom_pixels
from cases.deid.errors import FileRefused
from tests.deid import synthetic_dicom, synthetic_pictures

KEY = b"k" * 32


def _jpegs(path: Path, frames: list[Image.Image], kind: str) -> None:
    """Frames packed as JPEG baseline, as a camera's software does."""
    stored = np.stack([np.asarray(frame) for frame in frames])
    made = synthetic_dicom.write(path, stored)
    packed = []
    for frame in frames:
        held = io.BytesIO()
        frame.save(held, "JPEG", quality=95, subsampling=1 if kind == "YBR_FULL_422" else -1)
        packed.append(held.getvalue())
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made.NumberOfFrames, made.PhotometricInterpretation = len(frames), kind
    made.PixelData = encapsulate(packed)
    made["PixelData"].VR = "OB"
    made.save_as(path, enforce_file_format=True)


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLosslessSV1])
def test_lossless_jpeg_is_read_bit_by_bit(syntax: UID, tmp_path: Path) -> None:
    stored = synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48)), 12)
    synthetic_dicom.write(tmp_path / "plain.dcm", stored, bits=12)
    synthetic_dicom.repack(tmp_path / "plain.dcm", tmp_path / "in.dcm", syntax)

    dicom_pixels.redact(tmp_path / "in.dcm", tmp_path / "out.dcm", [], KEY)

    assert pydicom.dcmread(tmp_path / "in.dcm").file_meta.TransferSyntaxUID == syntax
    assert np.array_equal(pydicom.dcmread(tmp_path / "out.dcm").pixel_array, stored)


@pytest.mark.parametrize("kind", ["MONOCHROME2", "YBR_FULL_422"])
def test_every_frame_of_baseline_jpeg_is_read_in_its_colours(kind: str, tmp_path: Path) -> None:
    frames = [synthetic_pictures.skin(64, 48, seed) for seed in (1, 2, 3)]
    frames = [frame.convert("L") for frame in frames] if kind == "MONOCHROME2" else frames
    _jpegs(tmp_path / "in.dcm", frames, kind)

    shown = [still for still, _duration in dicom_pixels.rendered_frames(tmp_path / "in.dcm")]
    dicom_pixels.redact(tmp_path / "in.dcm", tmp_path / "out.dcm", [], KEY)

    made = pydicom.dcmread(tmp_path / "out.dcm")
    assert len(shown) == made.NumberOfFrames == 3
    assert made.PhotometricInterpretation == ("RGB" if kind == "YBR_FULL_422" else kind)
    for number, frame in enumerate(frames):
        off = np.abs(made.pixel_array[number].astype(int) - np.asarray(frame).astype(int))
        assert off.mean() < 6


def test_colours_of_a_palette_are_those_it_names(tmp_path: Path) -> None:
    stored = np.repeat(np.arange(64, dtype=np.uint8)[None, :], 48, axis=0)
    ramps: dict[str, Any] = {}
    for colour, values in (("Red", range(64)), ("Green", range(63, -1, -1)), ("Blue", [9] * 64)):
        table = np.array([value * 1028 for value in values], dtype="<u2")
        ramps[f"{colour}PaletteColorLookupTableData"] = table.tobytes()
        ramps[f"{colour}PaletteColorLookupTableDescriptor"] = [64, 0, 16]
    synthetic_dicom.write(
        tmp_path / "in.dcm", stored, PhotometricInterpretation="PALETTE COLOR", **ramps
    )

    dicom_pixels.redact(tmp_path / "in.dcm", tmp_path / "out.dcm", [], KEY)

    made = pydicom.dcmread(tmp_path / "out.dcm")
    assert made.PhotometricInterpretation == "RGB"
    assert "RedPaletteColorLookupTableData" not in made
    first, last = made.pixel_array[20, 0].astype(int), made.pixel_array[20, 63].astype(int)
    assert first[0] < 8
    assert last[0] > 245
    assert first[1] > 245
    assert last[1] < 8


def test_transfer_syntax_without_codec_is_refused(tmp_path: Path) -> None:
    stored = synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48)), 12)
    synthetic_dicom.write(tmp_path / "plain.dcm", stored, bits=12)
    synthetic_dicom.repack(tmp_path / "plain.dcm", tmp_path / "in.dcm", JPEGExtended12Bit)

    with pytest.raises(FileRefused) as refusal:
        dicom_pixels.redact(tmp_path / "in.dcm", tmp_path / "out.dcm", [], KEY)

    assert refusal.value.code == "codec"


@pytest.mark.parametrize("syntax", [HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL])
def test_high_throughput_file_is_read_bit_by_bit(syntax: UID, tmp_path: Path) -> None:
    """OpenJPH (imagecodecs) compressed the frame in data/; no codec here can write one."""
    y, x = np.mgrid[0:96, 0:128]
    stored = (x * 17 + y * 11).astype(np.uint16)
    made = synthetic_dicom.write(tmp_path / "in.dcm", stored, bits=12)
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate(
        [(Path(__file__).parent / "data" / "high_throughput.j2c").read_bytes()]
    )
    made["PixelData"].VR = "OB"
    made.save_as(tmp_path / "in.dcm", enforce_file_format=True)

    dicom_pixels.redact(tmp_path / "in.dcm", tmp_path / "out.dcm", [], KEY)

    assert np.array_equal(pydicom.dcmread(tmp_path / "out.dcm").pixel_array, stored)
