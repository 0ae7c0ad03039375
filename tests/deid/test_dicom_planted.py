"""A DICOM file cleaned carries no secret from any attribute of the standard, nor from around it."""

from __future__ import annotations

from pathlib import Path

from cases.deid import dicom
from tests.deid import dicom_planting


def test_no_object_of_any_syntax_keeps_a_secret(tmp_path: Path) -> None:
    secrets, target = 0, tmp_path / "made.dcm"
    for one in dicom_planting.objects(tmp_path):
        assert any(secret in one.path.read_bytes() for secret in one.secrets), one.path.name

        dicom.redact(one.path, target, [], b"k" * 32)

        assert dicom_planting.faults(target, one) == [], one.path.name
        secrets += len(one.secrets)
    assert secrets >= 918


def test_instruments_see_what_an_untouched_object_carries(tmp_path: Path) -> None:
    one = next(dicom_planting.objects(tmp_path))

    found = dicom_planting.faults(one.path, one)

    assert set(found) == {
        *("secret", "private tag", "date", "identifier", "overlay or curve", "icon"),
        *("preamble", "sender", "not said", "no codes"),
    }
