"""From a file to a de-identified file in one call, for the command line.

The same stages as the worker's, but every proposed redaction is accepted without a review.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.deid import errors, images, output_formats
from cases.deid.errors import FileRefused
from cases.deid.results import Frame, RedactedFrames, RedactionBox

MAX_ROUNDS = 3
"""Redactions in a row, each of what the search after the one before still found."""


@dataclass(frozen=True, slots=True)
class DeidentificationReport:
    """What was done to one file."""

    output: Path
    format: str
    frames: int
    width: int
    height: int
    boxes: tuple[RedactionBox, ...]
    remaining_boxes: tuple[RedactionBox, ...]
    removed: tuple[str, ...]
    timings_ms: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return {
            "output": self.output.name,
            "format": self.format,
            "frames": self.frames,
            "width": self.width,
            "height": self.height,
            "boxes": [box.as_json() for box in self.boxes],
            "leftovers": [box.as_json() for box in self.remaining_boxes],
            "tags_removed": list(self.removed),
            "timings_ms": self.timings_ms,
        }


def deidentify_dicom(
    source: Path, target: Path, *, key: bytes, choose_suffix: bool = False
) -> DeidentificationReport:
    """Write a DICOM file as a DICOM file, its stored values redacted.

    The file that was written is read again from the disk to verify it. Files of one case share
    `key` (`images.redact_dicom`). Raises FileRefused, also for another format, and
    DeidentificationFailed.
    """
    with tempfile.TemporaryDirectory(prefix="deid-") as name:
        written = Path(name) / "written.dcm"
        inspection = images.inspect_dicom(source, _new_directory(name))
        if inspection.format != "DICOM":
            raise FileRefused(*errors.NOT_DICOM)
        timings, boxes = dict(inspection.timings_ms), list(inspection.boxes)
        for _ in range(MAX_ROUNDS):
            images.redact_dicom(source, boxes, written, key, pixels_verified=True)
            verification = images.inspect_dicom(written, _new_directory(name), written_by_us=True)
            timings["verify"] = timings.get("verify", 0) + sum(verification.timings_ms.values())
            if not verification.boxes:
                break
            boxes += verification.boxes
        if verification.boxes:
            images.redact_dicom(source, boxes, written, key, pixels_verified=False)
        target = _unused_path(target.with_suffix(".dcm")) if choose_suffix else target
        shutil.copyfile(written, target)
    return DeidentificationReport(
        output=target,
        format=inspection.format,
        frames=len(inspection.frames),
        width=inspection.width,
        height=inspection.height,
        boxes=tuple(boxes),
        remaining_boxes=verification.boxes,
        removed=inspection.removed,
        timings_ms=timings,
    )


def _new_directory(directory: str) -> Path:
    return Path(tempfile.mkdtemp(dir=directory))


def deidentify(
    source: Path, target: Path, *, choose_suffix: bool = False
) -> DeidentificationReport:
    """Write `source` de-identified as `target`. Raises FileRefused and DeidentificationFailed.

    With `choose_suffix` the target takes the suffix of the source's format, or PNG where that
    cannot be written.
    """
    if not choose_suffix:
        output_formats.format_for(target)  # refuse before any work is done
    with tempfile.TemporaryDirectory(prefix="deid-") as name:
        directory = Path(name)
        inspection = images.inspect(source, directory, keep_depth=True)
        timings = dict(inspection.timings_ms)
        boxes = list(inspection.boxes)
        redacted = _redact(inspection.frames, boxes, directory, timings)
        for _ in range(MAX_ROUNDS - 1):
            if not redacted.remaining_boxes:
                break
            boxes += redacted.remaining_boxes
            redacted = _redact(redacted.frames, redacted.remaining_boxes, directory, timings)
        if choose_suffix:
            target = _unused_path(
                target.with_suffix(output_formats.suffix_for(source, inspection.format))
            )
        images.export(redacted.frames, target)
    return DeidentificationReport(
        output=target,
        format=inspection.format,
        frames=len(inspection.frames),
        width=inspection.width,
        height=inspection.height,
        boxes=tuple(boxes),
        remaining_boxes=redacted.remaining_boxes,
        removed=inspection.removed,
        timings_ms=timings,
    )


def _redact(
    frames: Sequence[Frame], boxes: Iterable[RedactionBox], directory: Path, timings: dict[str, int]
) -> RedactedFrames:
    """Redact and search once more. Without boxes a second search would repeat the first."""
    boxes = list(boxes)
    if not boxes:
        return RedactedFrames(tuple(frames), ())
    round_directory = Path(tempfile.mkdtemp(dir=directory))
    redacted = images.redact(frames, boxes, round_directory)
    for stage, milliseconds in redacted.timings_ms.items():
        timings[stage] = timings.get(stage, 0) + milliseconds
    return redacted


def _unused_path(target: Path) -> Path:
    """A path that is not taken: two sources may differ only in their suffix."""
    number, path = 2, target
    while path.exists():
        path = target.with_stem(f"{target.stem}-{number}")
        number += 1
    return path
