from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from cases.deid import limits
from tests.deid import synthetic_pictures


def _photo(path: Path) -> Path:
    return synthetic_pictures.save_photo(
        synthetic_pictures.write_on(synthetic_pictures.skin(500, 400), size=30), path
    )


def test_picture_is_written_and_reported(tmp_path: Path) -> None:
    source, target = _photo(tmp_path / "in.jpg"), tmp_path / "out.png"

    call_command("deidentify_image", str(source), str(target), report=tmp_path / "report.json")

    report = json.loads((tmp_path / "report.json").read_text())
    assert set(report["boxes"][0]) == {"frame", "x", "y", "w", "h", "kind", "score"}
    assert "location" in report["tags_removed"]
    assert report["timings_ms"]["look"] > 0
    with Image.open(target) as image:
        assert image.format == "PNG"
        assert not image.getexif()


def test_refused_picture_ends_with_3_and_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "in.jpg"
    source.write_bytes(b"no picture")
    output = io.StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("deidentify_image", str(source), str(tmp_path / "out.png"), stderr=output)

    assert end.value.code == 3
    assert output.getvalue() == "This file is not a picture we can read.\n"
    assert not (tmp_path / "out.png").exists()


def test_picture_whose_detection_times_out_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target, output = _photo(tmp_path / "in.jpg"), tmp_path / "out.png", io.StringIO()
    monkeypatch.setattr(limits, "DETECT_SECONDS", 0.0)

    with pytest.raises(SystemExit) as end:
        call_command("deidentify_image", str(source), str(target), stderr=output)

    assert end.value.code == 3
    assert output.getvalue() == "Reading this picture took too long.\n"
    assert not target.exists()


def test_result_in_an_unknown_format_is_refused(tmp_path: Path) -> None:
    source = _photo(tmp_path / "in.jpg")

    with pytest.raises(SystemExit) as end:
        call_command("deidentify_image", str(source), str(tmp_path / "x.pdf"), stderr=io.StringIO())

    assert end.value.code == 3


def test_refused_file_among_many_does_not_stop_the_others(tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.png", _photo(tmp_path / "good.jpg")
    broken.write_bytes(b"no picture")
    out = tmp_path / "out"

    with pytest.raises(SystemExit) as end:
        call_command("deidentify_image", str(broken), str(good), out_dir=out, stderr=io.StringIO())

    assert end.value.code == 3
    assert json.loads((out / "good.jpg.json").read_text())["output"] == "good.jpg"
    assert json.loads((out / "broken.png.json").read_text())["refused"] == "unreadable"
    assert (out / "good.jpg").is_file()


def test_missing_file_is_a_command_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("deidentify_image", str(tmp_path / "none.jpg"), str(tmp_path / "out.png"))


def test_scan_gives_a_line_of_json_for_each_file(tmp_path: Path) -> None:
    first_file, second_file = tmp_path / "one.txt", tmp_path / "two.txt"
    first_file.write_bytes("Zürich\r\non 3 March 2024".encode())
    second_file.write_text("BP 120/80")
    output = io.StringIO()

    call_command("scan_text", str(first_file), str(second_file), as_json=True, stdout=output)

    first, second = (json.loads(line) for line in output.getvalue().splitlines())
    assert first["file"] == str(first_file)
    assert first["spans"] == [
        {"start": 11, "end": 23, "kind": "date", "score": 0.98, "replacement": "day 0"}
    ]
    assert second["spans"] == []


def test_scan_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.TextIOWrapper(io.BytesIO(b"call 555-123-4567"))
    monkeypatch.setattr("sys.stdin", text)
    output = io.StringIO()

    call_command("scan_text", stdout=output)

    assert output.getvalue() == "5-17 phone (0.92): 555-123-4567 → [removed]\n"
