"""A DICOM file cleaned carries no secret from any attribute of the standard, nor from around it."""

from __future__ import annotations

from pathlib import Path

from cases.deid import dicom_pixels
from tests.deid import planted_dicom


def test_no_secret_is_left_in_any_transfer_syntax(tmp_path: Path) -> None:
    secrets, target = 0, tmp_path / "made.dcm"
    for file in planted_dicom.planted_dicom_files(tmp_path):
        assert any(secret in file.path.read_bytes() for secret in file.secrets), file.path.name

        dicom_pixels.redact(file.path, target, [], b"k" * 32)

        assert planted_dicom.faults(target, file) == [], file.path.name
        secrets += len(file.secrets)
    assert secrets >= 918


def test_checks_see_the_secrets_of_an_untouched_file(tmp_path: Path) -> None:
    file = next(planted_dicom.planted_dicom_files(tmp_path))

    faults = planted_dicom.faults(file.path, file)

    assert set(faults) == {
        *("secret", "private tag", "date", "identifier", "overlay or curve", "icon"),
        *("preamble", "sender", "not said", "no codes"),
    }
