"""The stages of an uploaded picture: inspect, redact, render, remove noise. Each call is one stage.

Every call starts or uses a sandbox process and waits for it. All of them raise
DeidentificationFailed if our side failed, of which DeidentificationTimeout is one case.
"""

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
"""In pixels."""

ProgressCallback = Callable[[Inspection | RedactedFrames, int], None]
"""Takes the result so far, and how many of its frames have been searched."""


def _no_progress(_so_far: Inspection | RedactedFrames, _searched: int) -> None:
    pass


def inspect(
    source: Path,
    directory: Path,
    *,
    keep_depth: bool = False,
    on_progress: ProgressCallback = _no_progress,
) -> Inspection:
    """Decode `source` into clean working copies in `directory`, and propose redactions.

    With `keep_depth` greys of 16 bits keep a 16-bit copy, and are searched over their whole range
    as well. Raises FileRefused with a sentence for the person, DeidentificationFailed if our side
    failed.
    """
    timings = _StageTimings()
    full_range = keep_depth and not is_dicom(source)
    inspection = _decode(source, directory, full_range=full_range)
    timings.end_stage("decode")
    proposed = propose_boxes(inspection.frames, on_progress=partial(on_progress, inspection))
    timings.end_stage("look")
    # The frames over their whole range follow all others, in the order of those they belong to.
    sixteen_bit = [
        number
        for number, frame in enumerate(inspection.frames)
        if frame.sixteen_bit_path is not None
    ]
    count = len(inspection.frames) - len(sixteen_bit)
    boxes = tuple(
        box if box.frame < count else replace(box, frame=sixteen_bit[box.frame - count])
        for box in proposed
    )
    frames = inspection.frames[:count]
    return replace(inspection, frames=frames, boxes=boxes, timings_ms=timings.milliseconds)


def is_dicom(source: Path) -> bool:
    """Whether the content of a file is DICOM. Raises OSError if it cannot be read."""
    with source.open("rb") as stream:
        return filetypes.is_dicom(stream.read(filetypes.DICOM_HEADER_BYTES))


def inspect_dicom(source: Path, directory: Path, *, written_by_us: bool = False) -> Inspection:
    """As `inspect`, for a DICOM file whose stored values are to be kept.

    Each frame is searched as shown and over its whole range; boxes name the frame of the file.
    `written_by_us` is for verifying what `redact_dicom` wrote: uncompressed, it may be larger.
    Raises FileRefused and DeidentificationFailed.
    """
    timings = _StageTimings()
    inspection = _decode(source, directory, full_range=True, written_by_us=written_by_us)
    timings.end_stage("decode")
    proposed = propose_boxes(inspection.frames)
    timings.end_stage("look")
    count = len(inspection.frames) // 2
    boxes = tuple(replace(box, frame=box.frame % count) for box in proposed)
    frames = inspection.frames[:count]
    return replace(inspection, frames=frames, boxes=boxes, timings_ms=timings.milliseconds)


def redact_dicom(
    source: Path,
    boxes: Iterable[RedactionBox],
    target: Path,
    key: bytes,
    *,
    pixels_verified: bool = False,
) -> None:
    """Write a DICOM file anew as `target`, the boxes filled in on its stored values.

    `key` decides new UIDs and the shift of dates: one for each case. Only with `pixels_verified`
    does the file say that nothing is burned in: the caller then verifies it, and keeps no file in
    which something is found. Raises FileRefused and DeidentificationFailed.
    """
    job = {
        "job": "redact_dicom",
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
    decoded = sandbox.run_in_new_process(job, seconds)
    return Inspection(
        format=decoded["format"],
        frames=tuple(Frame.from_json(frame) for frame in decoded["frames"]),
        removed=tuple(decoded["removed"]),
        boxes=(),
    )


def propose_boxes(
    frames: Sequence[Frame],
    near: Iterable[RedactionBox] | None = None,
    on_progress: Callable[[int], None] = lambda _searched: None,
) -> list[RedactionBox]:
    """Boxes of text and faces on the frames; frames with equal pixels are searched once.

    With `near`, a quicker search: the whole in coarse, and in fine only around those boxes.
    `on_progress` takes the number of frames done, from 0 on. Raises DeidentificationFailed, and
    FileRefused if a frame takes too much memory.
    """
    around: dict[int, list[dict[str, Any]]] | None = None
    if near is not None:
        around = {number: [] for number in range(len(frames))}
        for box in near:
            around[box.frame].append(box.as_json())
    by_fingerprint: dict[object, list[RedactionBox]] = {}
    proposed: list[RedactionBox] = []
    for number, fingerprint in enumerate(_fingerprints(frames)):
        if fingerprint not in by_fingerprint:
            on_progress(number)
            job = {
                "job": "detect",
                "frame": frames[number].as_json(),
                "number": number,
                "near": None if around is None else around[number],
            }
            boxes = sandbox.run_in_warm_process(job, limits.DETECT_SECONDS)
            by_fingerprint[fingerprint] = [RedactionBox.from_json(box) for box in boxes]
        proposed += [replace(box, frame=number) for box in by_fingerprint[fingerprint]]
    return proposed


def _fingerprints(frames: Sequence[Frame]) -> Sequence[object]:
    if len(frames) == 1:
        return (0,)
    job = {"job": "fingerprints", "frames": [frame.as_json() for frame in frames]}
    fingerprints = sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    return [(key, frame.width) for key, frame in zip(fingerprints, frames, strict=True)]


def redact(
    frames: Sequence[Frame],
    boxes: Iterable[RedactionBox],
    directory: Path,
    *,
    on_progress: ProgressCallback = _no_progress,
) -> RedactedFrames:
    """Fill the boxes in on new copies in `directory`, then search the result once more.

    `remaining_boxes` is what this second search still finds, what a person chose to leave
    included. Raises DeidentificationFailed, also for a box whose frame does not exist.
    """
    timings = _StageTimings()
    boxes = list(boxes)
    job = {
        "job": "redact",
        "frames": [frame.as_json() for frame in frames],
        "boxes": [box.as_json() for box in boxes],
        "directory": str(directory.absolute()),
    }
    replies = sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    redacted = tuple(Frame.from_json(frame) for frame in replies)
    timings.end_stage("burn")
    report = partial(on_progress, RedactedFrames(redacted, ()))
    remaining = tuple(propose_boxes(redacted, near=boxes, on_progress=report))
    timings.end_stage("verify")
    return RedactedFrames(redacted, remaining, timings.milliseconds)


def render_sizes(
    frames: Sequence[Frame], directory: Path, widths: Sequence[int] = RENDITION_WIDTHS
) -> tuple[Rendition, ...]:
    """WebP files: the first frame in `widths` (pixels), never enlarged; one of each further frame;
    and the animation, if it is one. Raises DeidentificationFailed.
    """
    job = {
        "job": "render",
        "frames": [frame.as_json() for frame in frames],
        "widths": list(widths),
        "directory": str(directory.absolute()),
    }
    rendered = sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    return tuple(Rendition.from_json(rendition) for rendition in rendered)


def remove_sensor_noise(
    stills: Sequence[Path],
    animation: Path | None,
    directory: Path,
    widths: Sequence[int] = RENDITION_WIDTHS,
) -> tuple[Rendition, ...]:
    """As `render_sizes`, from what that wrote before: without most of the pattern of the sensor.

    `stills` are the largest still of the first frame and that of each further one. No two runs
    give the same pixels. Raises DeidentificationFailed.
    """
    rendered: list[Any] = []
    for number, still in enumerate(stills):
        job = {
            "job": "render_still_without_noise",
            "source": str(still.absolute()),
            "number": number,
            "widths": list(widths),
            "directory": str(directory.absolute()),
        }
        rendered += sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    if animation is not None:
        job = {
            "job": "render_animation_without_noise",
            "source": str(animation.absolute()),
            "directory": str(directory.absolute()),
        }
        rendered += sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)
    return tuple(Rendition.from_json(rendition) for rendition in rendered)


def export(frames: Sequence[Frame], target: Path) -> None:
    """Write the frames as one file in the format of the target's suffix.

    Raises FileRefused for an unknown suffix, or several frames in a format that holds one;
    DeidentificationFailed if our side failed.
    """
    job = {
        "job": "export",
        "frames": [frame.as_json() for frame in frames],
        "target": str(target.absolute()),
    }
    sandbox.run_in_warm_process(job, limits.RENDER_SECONDS)


class _StageTimings:
    """Milliseconds of wall time of each stage, from the creation on."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, int] = {}
        self._last = time.monotonic()

    def end_stage(self, stage: str) -> None:
        now = time.monotonic()
        self.milliseconds[stage] = round((now - self._last) * 1000)
        self._last = now
