from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from django.core.management import call_command
from pydicom.uid import (
    UID,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from cases.deid import deidentify_file, images, limits
from cases.deid.errors import FileRefused
from cases.deid.results import RedactionBox
from sermo.core.filetypes import picture_format
from tests.deid import synthetic_dicom, synthetic_pictures

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def _covers(boxes: tuple[RedactionBox, ...], frame: int = 0) -> bool:
    return any(b.frame == frame and b.x <= 120 < b.x + b.w and b.y <= 48 < b.y + b.h for b in boxes)


def _redacted(
    source: Path, target: Path, boxes: tuple[RedactionBox, ...] = (), key: bytes = KEY
) -> bytes:
    images.redact_dicom(source, boxes, target, key)
    return target.read_bytes()


def test_no_planted_secret_is_left_in_the_header(tmp_path: Path) -> None:
    source = tmp_path / "in.dcm"
    synthetic_dicom.write(source, synthetic_dicom.values(synthetic_dicom.ultrasound("")))
    assert all(secret in source.read_bytes() for secret in synthetic_dicom.SECRETS)

    made = _redacted(source, tmp_path / "out.dcm")

    assert [secret for secret in synthetic_dicom.SECRETS if secret in made] == []
    assert made[:132] == bytes(128) + b"DICM"
    read = pydicom.dcmread(tmp_path / "out.dcm")
    assert read.PatientIdentityRemoved == "YES"
    assert read.DeidentificationMethod
    assert read.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    assert not any(element.tag.is_private for element in read.iterall())
    assert (read.Modality, read.PatientSex, read.PixelSpacing) == ("US", "F", [0.5, 0.5])
    assert read.ImageType == ["ORIGINAL", "PRIMARY"]
    assert "SourceApplicationEntityTitle" not in read.file_meta


def test_identifiers_match_within_a_case_and_not_between_cases(tmp_path: Path) -> None:
    first, second = tmp_path / "1.dcm", tmp_path / "2.dcm"
    synthetic_dicom.write(first, synthetic_dicom.values(synthetic_dicom.ultrasound("")))
    synthetic_dicom.write(
        second,
        synthetic_dicom.values(synthetic_dicom.ultrasound("")),
        SOPInstanceUID=UID("1.2.3.777003"),
    )
    for source, key, name in ((first, KEY, "a"), (second, KEY, "b"), (first, OTHER_KEY, "c")):
        _redacted(source, tmp_path / name, key=key)

    a, b, c = (pydicom.dcmread(tmp_path / name) for name in "abc")

    assert a.StudyInstanceUID == b.StudyInstanceUID != c.StudyInstanceUID
    assert a.SOPInstanceUID != b.SOPInstanceUID
    assert a.StudyDate == b.StudyDate != c.StudyDate
    assert a.StudyDate not in ("", "20240303")


def test_name_burned_into_the_fourth_frame_is_redacted(tmp_path: Path) -> None:
    plain = synthetic_dicom.values(synthetic_dicom.ultrasound(""))
    frames = np.stack([plain, plain, plain, synthetic_dicom.values(synthetic_dicom.ultrasound())])
    source, target = tmp_path / "in.dcm", tmp_path / "out.dcm"
    synthetic_dicom.write(source, frames)

    report = deidentify_file.deidentify_dicom(source, target, key=KEY)

    assert report.frames == 4
    assert {box.frame for box in report.boxes} == {3}
    assert report.remaining_boxes == ()
    made = pydicom.dcmread(target).pixel_array
    assert np.array_equal(made[:3], frames[:3])
    box = max(report.boxes, key=lambda box: box.w)
    assert not made[3, box.y : box.y + box.h, box.x : box.x + box.w].any()


@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("dtype", ["<u2", "<i2"])
def test_twelve_bits_are_windowed_for_detection_and_redacted_as_stored(
    kind: str, dtype: str, tmp_path: Path
) -> None:
    stored = synthetic_dicom.values(synthetic_dicom.ultrasound(), 12).astype(dtype)
    stored = stored - 2048 if dtype == "<i2" else stored
    source, target = tmp_path / "in.dcm", tmp_path / "out.dcm"
    synthetic_dicom.write(source, stored, bits=12, PhotometricInterpretation=kind)

    report = deidentify_file.deidentify_dicom(source, target, key=KEY)

    assert _covers(report.boxes)
    assert report.remaining_boxes == ()
    made = pydicom.dcmread(target)
    assert (made.BitsStored, made.PhotometricInterpretation) == (12, kind)
    lowest = -2048 if dtype == "<i2" else 0
    assert made.pixel_array[48, 120] == (lowest + 4095 if kind == "MONOCHROME1" else lowest)
    assert made.pixel_array[300, 400] == stored[300, 400]


def test_overlay_in_the_unused_high_bits_is_gone(tmp_path: Path) -> None:
    stored = synthetic_dicom.values(synthetic_dicom.ultrasound(""), 12)
    hidden = stored | np.uint16(0x8000)
    synthetic_dicom.write(tmp_path / "in.dcm", hidden, bits=12)

    _redacted(tmp_path / "in.dcm", tmp_path / "out.dcm")

    raw = np.frombuffer(pydicom.dcmread(tmp_path / "out.dcm").PixelData, np.uint16)
    assert np.array_equal(raw.reshape(stored.shape), stored)


def test_window_that_hides_a_name_does_not_hide_it_from_detection(tmp_path: Path) -> None:
    stored = synthetic_dicom.values(synthetic_dicom.ultrasound(""), 16) // 8
    bright = np.asarray(synthetic_dicom.ultrasound()) > 200
    stored = np.where(bright, stored.max() * 4, stored + stored.max() * 2).astype("<u2")
    low = int(stored.max()) // 8
    synthetic_dicom.write(tmp_path / "in.dcm", stored, bits=16, WindowCenter=low, WindowWidth=low)

    inspection = images.inspect_dicom(tmp_path / "in.dcm", tmp_path)

    assert _covers(inspection.boxes)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_compressed_pixels_are_read(syntax: UID, tmp_path: Path) -> None:
    stored = synthetic_dicom.values(synthetic_dicom.ultrasound(""), 12)
    synthetic_dicom.write(tmp_path / "plain.dcm", stored, bits=12)
    dataset = pydicom.dcmread(tmp_path / "plain.dcm")
    synthetic_dicom.compress(dataset, syntax)
    dataset.save_as(tmp_path / "in.dcm")

    _redacted(tmp_path / "in.dcm", tmp_path / "out.dcm")

    assert np.array_equal(pydicom.dcmread(tmp_path / "out.dcm").pixel_array, stored)


def test_colour_is_read_and_stays_colour(tmp_path: Path) -> None:
    colours = np.asarray(synthetic_pictures.skin(200, 120))
    synthetic_dicom.write(tmp_path / "in.dcm", colours)

    inspection = images.inspect(tmp_path / "in.dcm", tmp_path)
    _redacted(tmp_path / "in.dcm", tmp_path / "out.dcm")

    assert (inspection.width, inspection.height, inspection.format) == (200, 120, "DICOM")
    assert "private tags" in inspection.removed
    assert not any("ZZ" in kind for kind in inspection.removed)
    assert np.array_equal(pydicom.dcmread(tmp_path / "out.dcm").pixel_array, colours)


def test_cut_short_or_changed_bytes_end_in_a_refusal_or_a_clean_file(tmp_path: Path) -> None:
    synthetic_dicom.write(
        tmp_path / "in.dcm", synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48)))
    )
    whole_file = (tmp_path / "in.dcm").read_bytes()
    rng = np.random.default_rng(5)
    for number in range(12):
        broken = bytearray(whole_file[: rng.integers(140, len(whole_file))])
        for place in rng.integers(132, len(broken), 6):
            broken[place] = rng.integers(256)
        (tmp_path / "broken.dcm").write_bytes(broken)
        target = tmp_path / f"{number}.dcm"
        try:
            made = _redacted(tmp_path / "broken.dcm", target)
        except FileRefused:
            assert not target.exists()
        else:
            assert [secret for secret in synthetic_dicom.SECRETS if secret in made] == []


def test_header_that_claims_a_huge_picture_is_refused(tmp_path: Path) -> None:
    stored = synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48)))
    synthetic_dicom.write(tmp_path / "in.dcm", stored, NumberOfFrames=60_000)

    with pytest.raises(FileRefused) as refusal:
        images.inspect(tmp_path / "in.dcm", tmp_path)

    assert refusal.value.code == "too_many_frames"


def test_command_keeps_dicom_or_writes_a_picture(tmp_path: Path) -> None:
    source = tmp_path / "in.dcm"
    synthetic_dicom.write(source, synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48))))

    call_command("deidentify_image", str(source), str(tmp_path / "out.dcm"), keep_dicom=True)
    call_command("deidentify_image", str(source), out_dir=tmp_path / "o", stderr=io.StringIO())

    assert pydicom.dcmread(tmp_path / "out.dcm").PatientIdentityRemoved == "YES"
    assert (tmp_path / "o" / "in.png").read_bytes().startswith(b"\x89PNG")
    assert picture_format(source.read_bytes()) == "DICOM"


def test_file_says_that_nothing_is_burned_in_only_after_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "in.dcm"
    synthetic_dicom.write(source, synthetic_dicom.values(synthetic_dicom.ultrasound()))
    clean = deidentify_file.deidentify_dicom(source, tmp_path / "clean.dcm", key=KEY)
    monkeypatch.setattr(deidentify_file, "MAX_ROUNDS", 1)
    real = images.inspect_dicom
    # A detector that sees the name only at the second look.
    monkeypatch.setattr(
        images,
        "inspect_dicom",
        lambda path, place, **options: (
            real(path, place, **options)
            if options
            else dataclasses.replace(real(path, place), boxes=())
        ),
    )

    missed = deidentify_file.deidentify_dicom(source, tmp_path / "missed.dcm", key=KEY)

    dataset = pydicom.dcmread(tmp_path / "clean.dcm")
    unsure = pydicom.dcmread(tmp_path / "missed.dcm")
    assert clean.remaining_boxes == ()
    assert missed.remaining_boxes
    assert (dataset.BurnedInAnnotation, unsure.BurnedInAnnotation) == ("NO", "YES")
    assert "113101" in str(dataset.DeidentificationMethodCodeSequence)
    assert "113101" not in str(unsure.DeidentificationMethodCodeSequence)
    assert unsure.PatientIdentityRemoved == "YES"


def test_file_over_the_size_limit_is_refused_by_every_function(tmp_path: Path) -> None:
    source = tmp_path / "in.dcm"
    synthetic_dicom.write(source, synthetic_dicom.values(synthetic_dicom.ultrasound("", (64, 48))))
    with source.open("r+b") as stream:
        stream.truncate(limits.FILE_BYTES + 1)

    with pytest.raises(FileRefused) as refusal:
        _redacted(source, tmp_path / "out.dcm")

    assert refusal.value.code == "file_too_big"


def test_file_written_by_us_may_be_larger_than_an_upload(tmp_path: Path) -> None:
    source = tmp_path / "in.dcm"
    synthetic_dicom.write(source, np.zeros((6000, 6000), np.uint16), bits=16)

    with pytest.raises(FileRefused) as refusal:
        images.inspect_dicom(source, tmp_path)
    ours = images._decode(source, tmp_path, written_by_us=True)

    assert refusal.value.code == "file_too_big"
    assert (ours.width, ours.height) == (6000, 6000)
