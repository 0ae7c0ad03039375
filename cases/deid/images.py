"""The stages an uploaded picture goes through, each a call that the worker makes in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from cases.deid import limits, sandbox
from cases.deid.results import Frame, Inspection, RedactedFrames, RedactionBox, Rendition
from sermo.core import filetypes

RENDITION_WIDTHS = (480, 720, 1280, 2048)


ProgressCallback = Callable[[Inspection | RedactedFrames, int], None]
"""Hears how far it is: what is there so far, and how many frames of it have been looked at."""


def _unheard(_so_far: Inspection | RedactedFrames, _looked: int) -> None:
    pass


def inspect(
    source: Path,
    directory: Path,
    *,
    keep_depth: bool = False,
    on_progress: ProgressCallback = _unheard,
) -> Inspection:
    """Decode `source` into clean working copies in `directory`, and propose what to black out.

    With `keep_depth` greys of 16 bits stay so beside what is looked at, and are looked at over
    their whole range as well. Raises Refused with a sentence for the person, EngineFailed when our
    side failed.
    """
    clock = _Clock()
    keeps = keep_depth and not is_dicom(source)
    inspection = _decode(source, directory, full_range=keeps)
    clock.lap("decode")
    looked = propose_boxes(inspection.frames, on_progress=partial(on_progress, inspection))
    clock.lap("look")
    # The frames over their whole range follow all others, in the order of those they belong to.
    deep = [
        number
        for number, frame in enumerate(inspection.frames)
        if frame.sixteen_bit_path is not None
    ]
    count = len(inspection.frames) - len(deep)
    boxes = tuple(
        box if box.frame < count else replace(box, frame=deep[box.frame - count]) for box in looked
    )
    return replace(inspection, frames=inspection.frames[:count], boxes=boxes, timings_ms=clock.laps)


def is_dicom(source: Path) -> bool:
    """Whether the file begins as a DICOM file does."""
    with source.open("rb") as stream:
        return filetypes.is_dicom(stream.read(filetypes.DICOM_HEADER_BYTES))


def inspect_dicom(source: Path, directory: Path, *, written_by_us: bool = False) -> Inspection:
    """As `inspect`, for a DICOM file whose stored values are to be kept.

    Each frame is looked at as shown and over its whole range; boxes name the frame of the file.
    `is_ours` is for the second look at what `redact_stored` wrote: unpacked, it may be larger.
    """
    clock = _Clock()
    inspection = _decode(source, directory, full_range=True, written_by_us=written_by_us)
    clock.lap("decode")
    looked = propose_boxes(inspection.frames)
    clock.lap("look")
    count = len(inspection.frames) // 2
    boxes = tuple(replace(box, frame=box.frame % count) for box in looked)
    return replace(inspection, frames=inspection.frames[:count], boxes=boxes, timings_ms=clock.laps)


def redact_dicom(
    source: Path,
    boxes: Iterable[RedactionBox],
    target: Path,
    key: bytes,
    *,
    pixels_verified: bool = False,
) -> None:
    """Write a DICOM file anew as `target`, the boxes filled in on its stored values.

    `key` decides new UIDs and the shift of dates: one for each case. Only with `is_clean` does the
    file say that nothing is burned in: the caller then looks again, and keeps no file that is not.
    Raises Refused.
    """
    job = {
        "job": "redact",
        "source": str(source.absolute()),
        "target": str(target.absolute()),
        "boxes": [box.as_json() for box in boxes],
        "key": key.hex(),
        "pixels_verified": pixels_verified,
    }
    sandbox.run_in_new_process(job, limits.RENDER_SECONDS)


def _decode(
    source: Path, directory: Path, *, full_range: bool = False, written_by_us: bool = False
) -> Inspection:
    job = {
        "job": "decode",
        "full_range": full_range,
        "written_by_us": written_by_us,
        "source": str(source.absolute()),
        "directory": str(directory.absolute()),
    }
    seconds = limits.RENDER_SECONDS if written_by_us else limits.DECODE_SECONDS
    done = sandbox.run_in_new_process(job, seconds)
    return Inspection(
        format=done["format"],
        frames=tuple(Frame.from_json(frame) for frame in done["frames"]),
        removed=tuple(done["removed"]),
        boxes=(),
    )


def propose_boxes(
    frames: Sequence[Frame],
    near: Iterable[RedactionBox] | None = None,
    on_progress: Callable[[int], None] = lambda _looked: None,
) -> list[RedactionBox]:
    """Boxes proposed for the frames; frames with equal pixels are looked at once.

    With `near`, a quicker look: the whole in coarse, and in fine only around those boxes. `told`
    hears how many frames are done, first of none.
    """
    around: dict[int, list[dict[str, Any]]] | None = None
    if near is not None:
        around = {number: [] for number in range(len(frames))}
        for box in near:
            around[box.frame].append(box.as_json())
    seen: dict[object, list[RedactionBox]] = {}
    found: list[RedactionBox] = []
    for number, key in enumerate(_fingerprints(frames)):
        if key not in seen:
            on_progress(number)
            job = {
                "job": "look",
                "frame": frames[number].as_json(),
                "number": number,
                "near": None if around is None else around[number],
            }
            seen[key] = [
                RedactionBox.from_json(box)
                for box in sandbox.run_in_warm_process(job, limits.LOOK_SECONDS)
            ]
        found += [
            RedactionBox(number, box.x, box.y, box.w, box.h, box.kind, box.score)
            for box in seen[key]
        ]
    return found


def _fingerprints(frames: Sequence[Frame]) -> Sequence[object]:
    if len(frames) == 1:
        return (0,)
    job = {"job": "fingerprints", "frames": [frame.as_json() for frame in frames]}
    done = sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    return [(key, frame.width) for key, frame in zip(done, frames, strict=True)]


def redact(
    frames: Sequence[Frame],
    boxes: Iterable[RedactionBox],
    directory: Path,
    *,
    on_progress: ProgressCallback = _unheard,
) -> RedactedFrames:
    """Fill the boxes in on new copies in `directory`, then look again at the result.

    `leftovers` is what the second look still finds, what a person chose to leave included.
    """
    clock = _Clock()
    boxes = list(boxes)
    job = {
        "job": "burn",
        "frames": [frame.as_json() for frame in frames],
        "boxes": [box.as_json() for box in boxes],
        "directory": str(directory.absolute()),
    }
    burned = tuple(
        Frame.from_json(frame) for frame in sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    )
    clock.lap("burn")
    leftovers = tuple(
        propose_boxes(
            burned, near=boxes, on_progress=partial(on_progress, RedactedFrames(burned, ()))
        )
    )
    clock.lap("verify")
    return RedactedFrames(burned, leftovers, clock.laps)


def render_sizes(
    frames: Sequence[Frame], directory: Path, widths: Sequence[int] = RENDITION_WIDTHS
) -> tuple[Rendition, ...]:
    """WebP files: the first frame in `widths`, never enlarged; one of each further frame; and the
    animation, if it is one.
    """
    job = {
        "job": "render",
        "frames": [frame.as_json() for frame in frames],
        "widths": list(widths),
        "directory": str(directory.absolute()),
    }
    return tuple(
        Rendition.from_json(one) for one in sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    )


def export(frames: Sequence[Frame], target: Path) -> None:
    """Write the frames as one file in the format of the target's suffix. May raise Refused."""
    job = {
        "job": "export",
        "frames": [frame.as_json() for frame in frames],
        "target": str(target.absolute()),
    }
    sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)


class _Clock:
    """Milliseconds of each stage."""

    def __init__(self) -> None:
        self.laps: dict[str, int] = {}
        self._last = time.monotonic()

    def lap(self, stage: str) -> None:
        now = time.monotonic()
        self.laps[stage] = round((now - self._last) * 1000)
        self._last = now
