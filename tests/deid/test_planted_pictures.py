"""Secrets planted in files do not come out; the instruments that say so do find them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.deid import images
from tests.deid import planted_pictures, residue_checks
from tools.benchmarks.deid.planted_secrets import deidentified_bytes

FILES = {file.name: file for file in planted_pictures.planted_files()}
QUICK = (
    *("02-xmp_iptc_profile.jpg", "06-moving.png", "04-moving_webp.webp", "02-moving_gif.gif"),
    *("03-pages.tiff", "01-gap.bmp", "01-heic.heic"),
)


@pytest.mark.parametrize("name", QUICK)
def test_no_planted_secret_and_no_unexpected_part_is_left(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = FILES[name]
    monkeypatch.setattr(images, "propose_boxes", lambda *_args, **_options: [])

    result = deidentified_bytes(file, tmp_path)

    assert result is not None
    assert residue_checks.remaining_secrets(result, file.secrets) == []
    assert residue_checks.unexpected_parts(result) == []


def test_number_of_planted_files_and_secrets() -> None:
    assert sum(len(file.secrets) for file in FILES.values()) >= 378
    assert {name.rsplit(".", 1)[1] for name in FILES} == {
        *("jpg", "png", "webp", "gif", "tiff", "bmp", "heic", "avif")
    }


def test_checks_find_every_secret_in_the_planted_files() -> None:
    for file in FILES.values():
        assert residue_checks.remaining_secrets(file.data, file.secrets) == list(file.secrets), (
            file.name
        )


def test_checks_call_no_planted_file_clean() -> None:
    for file in FILES.values():
        if file.name.endswith((".heic", ".avif", "palette_gap.bmp", "several_pictures.jpg")):
            continue  # never written; a colour, and a second picture, look like any other
        assert residue_checks.unexpected_parts(file.data), file.name
