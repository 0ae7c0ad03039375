"""The limited process that touches pixels: one JSON line in, one JSON line out, until input ends.

`cases.deid.sandbox` starts it as `python -m cases.deid.sandbox_process`, with no environment.
The limits are set first, before any library that decodes is loaded.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cases.deid import errors, limits
from cases.deid.errors import FileRefused
from cases.deid.results import Frame, RedactionBox

Job = dict[str, Any]
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38


def _limit() -> None:
    hard = resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (limits.CHILD_BYTES, limits.CHILD_BYTES))
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_ADDRESS_BYTES, limits.CHILD_ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.CHILD_FILE_BYTES, limits.CHILD_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.CHILD_OPEN_FILES,) * 2)
    _limit_processor(limits.RENDER_SECONDS, hard)
    _leave_the_network()


def _limit_processor(seconds: int, hard: int = resource.RLIM_INFINITY) -> None:
    """Allow so many more seconds of processor time from now; the kernel ends the process after."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds * (os.cpu_count() or 1), hard))


def _leave_the_network() -> None:
    """Give up new privileges and, where the kernel lets us, every network interface."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _decode(job: Job) -> Any:
    from cases.deid import pixels

    with _faults_are_the_files():
        format_, frames, removed = pixels.decode(
            Path(job["source"]),
            Path(job["directory"]),
            full_range=job.get("full_range", False),
            most=limits.OWN_FILE_BYTES if job.get("written_by_us") else limits.FILE_BYTES,
        )
    return {"format": format_, "frames": [frame.as_json() for frame in frames], "removed": removed}


def _redact(job: Job) -> Any:
    from cases.deid import dicom_pixels

    boxes = [RedactionBox.from_json(box) for box in job["boxes"]]
    with _faults_are_the_files():
        dicom_pixels.redact(
            Path(job["source"]),
            Path(job["target"]),
            boxes,
            bytes.fromhex(job["key"]),
            pixels_verified=job["pixels_verified"],
        )


@contextmanager
def _faults_are_the_files() -> Iterator[None]:
    """Whatever a decoder trips over is the file's fault, and refused."""
    from PIL import Image

    try:
        yield
    except (FileRefused, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise FileRefused(*errors.TOO_MANY_PIXELS) from None
    except Exception:
        raise FileRefused(*errors.DAMAGED) from None


def _look(job: Job) -> Any:
    from cases.deid import frame_detection

    near = None if job["near"] is None else [RedactionBox.from_json(box) for box in job["near"]]
    found = frame_detection.propose_boxes_on_frame(
        Frame.from_json(job["frame"]), number=job["number"], near=near
    )
    return [box.as_json() for box in found]


def _fingerprints(job: Job) -> Any:
    from cases.deid import pixels

    return [pixels.fingerprint(Frame.from_json(frame)) for frame in job["frames"]]


def _burn(job: Job) -> Any:
    from cases.deid import pixels

    boxes = [RedactionBox.from_json(box) for box in job["boxes"]]
    frames = [Frame.from_json(frame) for frame in job["frames"]]
    return [frame.as_json() for frame in pixels.burn(frames, boxes, Path(job["directory"]))]


def _render(job: Job) -> Any:
    from cases.deid import pixels

    frames = [Frame.from_json(frame) for frame in job["frames"]]
    made = pixels.render_sizes(frames, job["widths"], Path(job["directory"]))
    return [one.as_json() for one in made]


def _export(job: Job) -> Any:
    from cases.deid import pixels

    pixels.export([Frame.from_json(frame) for frame in job["frames"]], Path(job["target"]))


_JOBS: dict[str, tuple[Callable[[Job], Any], int]] = {
    "decode": (_decode, limits.DECODE_SECONDS),
    "look": (_look, limits.LOOK_SECONDS),
    "fingerprints": (_fingerprints, limits.RENDER_SECONDS),
    "burn": (_burn, limits.RENDER_SECONDS),
    "render": (_render, limits.RENDER_SECONDS),
    "redact": (_redact, limits.RENDER_SECONDS),
    "export": (_export, limits.RENDER_SECONDS),
}


def answer(line: str) -> dict[str, Any]:
    """Do one job. Refusals carry code and sentence; faults only the exception's type and place."""
    job = json.loads(line)
    work, seconds = _JOBS[job["job"]]
    _limit_processor(seconds)
    try:
        return {"done": work(job)}
    except FileRefused as refusal:
        return {"refused": [refusal.code, refusal.sentence]}
    except MemoryError:
        return {"refused": list(errors.TOO_MUCH_MEMORY)}
    except Exception as fault:
        if _is_about_memory(fault):
            return {"refused": list(errors.TOO_MUCH_MEMORY)}
        # The message may quote a file; type and line are enough to find it.
        place = fault.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = (
            f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "?"
        )
        return {"fault": f"{type(fault).__name__} at {where}"}


def _is_about_memory(fault: BaseException) -> bool:
    """Whether a native library ran out of memory, which each says in its own way."""
    said = str(fault).lower()
    return any(word in said for word in ("bad_alloc", "out of memory", "allocate", "insufficient"))


def main() -> None:
    _limit()
    warnings.simplefilter("ignore")
    # Replies have a pipe of their own: what a library prints must not look like one.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        replies.write(json.dumps(answer(line)) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
