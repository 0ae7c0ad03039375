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

from cases.deid import errors, formats, images
from cases.deid.errors import Refused
from cases.deid.results import Box, Burned, Frame

ROUNDS = 3
"""How often what a second look still finds is burned as well."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done to one file."""

    output: Path
    format: str
    frames: int
    width: int
    height: int
    boxes: tuple[Box, ...]
    leftovers: tuple[Box, ...]
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
            "leftovers": [box.as_json() for box in self.leftovers],
            "tags_removed": list(self.removed),
            "timings_ms": self.timings_ms,
        }


def deidentify_dicom(
    source: Path, target: Path, *, key: bytes, choose_suffix: bool = False
) -> Report:
    """Write a DICOM file as a DICOM file, its stored values cleaned. Raises as `deidentify` does.

    The second look is at the file that was written, read again from the disk. Files of one case
    share `key` (`images.redact_stored`).
    """
    with tempfile.TemporaryDirectory(prefix="deid-") as name:
        made = Path(name) / "made.dcm"
        inspection = images.inspect_stored(source, _place(name))
        if inspection.format != "DICOM":
            raise Refused(*errors.NOT_DICOM)
        timings, boxes = dict(inspection.timings_ms), list(inspection.boxes)
        for _ in range(ROUNDS):
            images.redact_stored(source, boxes, made, key, is_clean=True)
            again = images.inspect_stored(made, _place(name), is_ours=True)
            timings["verify"] = timings.get("verify", 0) + sum(again.timings_ms.values())
            if not again.boxes:
                break
            boxes += again.boxes
        if again.boxes:
            images.redact_stored(source, boxes, made, key, is_clean=False)
        target = _free(target.with_suffix(".dcm")) if choose_suffix else target
        shutil.copyfile(made, target)
    return Report(
        output=target,
        format=inspection.format,
        frames=len(inspection.frames),
        width=inspection.width,
        height=inspection.height,
        boxes=tuple(boxes),
        leftovers=again.boxes,
        removed=inspection.removed,
        timings_ms=timings,
    )


def _place(directory: str) -> Path:
    return Path(tempfile.mkdtemp(dir=directory))


def deidentify(source: Path, target: Path, *, choose_suffix: bool = False) -> Report:
    """Write `source` de-identified as `target`. Raises Refused and EngineFailed.

    With `choose_suffix` the target takes the suffix of the source's format, or PNG where that
    cannot be written.
    """
    if not choose_suffix:
        formats.of(target)  # refused before any work is done
    with tempfile.TemporaryDirectory(prefix="deid-") as name:
        directory = Path(name)
        inspection = images.inspect(source, directory, keep_depth=True)
        timings = dict(inspection.timings_ms)
        boxes = list(inspection.boxes)
        burned = _burn(inspection.frames, boxes, directory, timings)
        for _ in range(ROUNDS - 1):
            if not burned.leftovers:
                break
            boxes += burned.leftovers
            burned = _burn(burned.frames, burned.leftovers, directory, timings)
        if choose_suffix:
            target = _free(target.with_suffix(formats.like(source, inspection.format)))
        images.export(burned.frames, target)
    return Report(
        output=target,
        format=inspection.format,
        frames=len(inspection.frames),
        width=inspection.width,
        height=inspection.height,
        boxes=tuple(boxes),
        leftovers=burned.leftovers,
        removed=inspection.removed,
        timings_ms=timings,
    )


def _burn(
    frames: Sequence[Frame], boxes: Iterable[Box], directory: Path, timings: dict[str, int]
) -> Burned:
    """Fill in and look again. Where nothing was found, a second look would be the first."""
    boxes = list(boxes)
    if not boxes:
        return Burned(tuple(frames), ())
    round_directory = Path(tempfile.mkdtemp(dir=directory))
    burned = images.burn(frames, boxes, round_directory)
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
