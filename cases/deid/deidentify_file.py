"""From a file to a de-identified file in one go, for the command line: every proposal accepted.

The same stages as the worker's, only that nobody looks in between.
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
"""How often what a second look still finds is burned as well."""


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
    """Write a DICOM file as a DICOM file, its stored values cleaned. Raises as `deidentify` does.

    The second look is at the file that was written, read again from the disk. Files of one case
    share `key` (`images.redact_stored`).
    """
    with tempfile.TemporaryDirectory(prefix="deid-") as name:
        made = Path(name) / "made.dcm"
        inspection = images.inspect_dicom(source, _place(name))
        if inspection.format != "DICOM":
            raise FileRefused(*errors.NOT_DICOM)
        timings, boxes = dict(inspection.timings_ms), list(inspection.boxes)
        for _ in range(MAX_ROUNDS):
            images.redact_dicom(source, boxes, made, key, pixels_verified=True)
            again = images.inspect_dicom(made, _place(name), written_by_us=True)
            timings["verify"] = timings.get("verify", 0) + sum(again.timings_ms.values())
            if not again.boxes:
                break
            boxes += again.boxes
        if again.boxes:
            images.redact_dicom(source, boxes, made, key, pixels_verified=False)
        target = _free(target.with_suffix(".dcm")) if choose_suffix else target
        shutil.copyfile(made, target)
    return DeidentificationReport(
        output=target,
        format=inspection.format,
        frames=len(inspection.frames),
        width=inspection.width,
        height=inspection.height,
        boxes=tuple(boxes),
        remaining_boxes=again.boxes,
        removed=inspection.removed,
        timings_ms=timings,
    )


def _place(directory: str) -> Path:
    return Path(tempfile.mkdtemp(dir=directory))


def deidentify(
    source: Path, target: Path, *, choose_suffix: bool = False
) -> DeidentificationReport:
    """Write `source` de-identified as `target`. Raises Refused and EngineFailed.

    With `choose_suffix` the target takes the suffix of the source's format, or PNG where that
    cannot be written.
    """
    if not choose_suffix:
        output_formats.format_for(target)  # refused before any work is done
    with tempfile.TemporaryDirectory(prefix="deid-") as name:
        directory = Path(name)
        inspection = images.inspect(source, directory, keep_depth=True)
        timings = dict(inspection.timings_ms)
        boxes = list(inspection.boxes)
        burned = _burn(inspection.frames, boxes, directory, timings)
        for _ in range(MAX_ROUNDS - 1):
            if not burned.remaining_boxes:
                break
            boxes += burned.remaining_boxes
            burned = _burn(burned.frames, burned.remaining_boxes, directory, timings)
        if choose_suffix:
            target = _free(target.with_suffix(output_formats.suffix_for(source, inspection.format)))
        images.export(burned.frames, target)
    return DeidentificationReport(
        output=target,
        format=inspection.format,
        frames=len(inspection.frames),
        width=inspection.width,
        height=inspection.height,
        boxes=tuple(boxes),
        remaining_boxes=burned.remaining_boxes,
        removed=inspection.removed,
        timings_ms=timings,
    )


def _burn(
    frames: Sequence[Frame], boxes: Iterable[RedactionBox], directory: Path, timings: dict[str, int]
) -> RedactedFrames:
    """Fill in and look again. Where nothing was found, a second look would be the first."""
    boxes = list(boxes)
    if not boxes:
        return RedactedFrames(tuple(frames), ())
    round_directory = Path(tempfile.mkdtemp(dir=directory))
    burned = images.redact(frames, boxes, round_directory)
    for stage, milliseconds in burned.timings_ms.items():
        timings[stage] = timings.get(stage, 0) + milliseconds
    return burned


def _free(target: Path) -> Path:
    """A name that is not taken: two sources may differ only in their suffix."""
    number, free = 2, target
    while free.exists():
        free = target.with_stem(f"{target.stem}-{number}")
        number += 1
    return free
