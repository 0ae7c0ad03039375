"""Hostile and broken files end in one sentence, whatever they claim; the parent goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from cases.deid import images, sandbox
from cases.deid.errors import FileRefused
from tests.deid import malformed_files, synthetic_pictures
from tools.benchmarks.deid.malformed_uploads import outcome

_SHOWN = (
    *("archive.jpg", "drawing.png", "paper.png", "archive.dcm", "huge.png", "bomb-zTXt.png"),
    *("frames.png", "huge.jpg", "frames.gif", "huge.bmp", "huge.webp", "huge.heic", "huge.avif"),
    *("huge.tiff", "pages.tiff", "frames.dcm", "endless.dcm", "deep.dcm", "deflated-bomb.dcm"),
)


def test_hostile_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    made = {file.name: file for file in malformed_files.by_hand()}

    for name in _SHOWN:
        place = tmp_path / name.replace(".", "-")
        place.mkdir()
        assert outcome(made[name], place).faults(made[name]) == [], name


def test_broken_files_of_every_format_cause_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "propose_boxes", lambda *_args, **_options: [])

    for number, file in enumerate(malformed_files.broken(seed=11, rounds=1)):
        place = tmp_path / str(number)
        place.mkdir()
        assert outcome(file, place).faults(file) == [], file.name


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGSEGV])
def test_process_that_dies_while_decoding_refuses_the_file(
    ended_by: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = synthetic_pictures.save_photo(synthetic_pictures.skin(64, 48), tmp_path / "photo.jpg")
    read_line = sandbox.SandboxProcess._read_line

    def killed_at_work(child: sandbox.SandboxProcess, pipe: int, seconds: float) -> Any:
        os.kill(child.pid, ended_by)
        return read_line(child, pipe, seconds)

    monkeypatch.setattr(sandbox.SandboxProcess, "_read_line", killed_at_work)
    with pytest.raises(FileRefused) as refusal:
        images._decode(source, tmp_path)
    monkeypatch.undo()

    assert refusal.value.code == "damaged"
    assert images._decode(source, tmp_path).format == "JPEG"
