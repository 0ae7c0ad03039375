"""The limited process that touches pixels: one line of JSON in, one line out, until input ends.

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
# From sched.h and prctl.h of Linux.
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38


def _set_limits() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (limits.CHILD_BYTES, limits.CHILD_BYTES))
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_ADDRESS_BYTES, limits.CHILD_ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.CHILD_FILE_BYTES, limits.CHILD_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.CHILD_OPEN_FILES,) * 2)
    _limit_processor_time(limits.RENDER_SECONDS)
    _leave_the_network()


def _limit_processor_time(seconds: int) -> None:
    """Allow so many more seconds of processor time from now; the kernel ends the process after."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    allowed = spent + seconds * (os.cpu_count() or 1)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))


def _leave_the_network() -> None:
    """Give up new privileges and, where the kernel allows it, every network interface."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _frames(job: Job) -> list[Frame]:
    return [Frame.from_json(frame) for frame in job["frames"]]


def _boxes(job: Job) -> list[RedactionBox]:
    return [RedactionBox.from_json(box) for box in job["boxes"]]


def _decode(job: Job) -> Any:
    from cases.deid import frame_decoding

    with _refuse_damaged_files():
        format_, frames, removed = frame_decoding.decode(
            Path(job["source"]),
            Path(job["directory"]),
            full_range=job.get("full_range", False),
            max_bytes=limits.OWN_FILE_BYTES if job.get("written_by_us") else limits.FILE_BYTES,
        )
    return {"format": format_, "frames": [frame.as_json() for frame in frames], "removed": removed}


def _redact_dicom(job: Job) -> Any:
    from cases.deid import dicom_pixels

    boxes = _boxes(job)
    with _refuse_damaged_files():
        dicom_pixels.redact(
            Path(job["source"]),
            Path(job["target"]),
            boxes,
            bytes.fromhex(job["key"]),
            pixels_verified=job["pixels_verified"],
        )


@contextmanager
def _refuse_damaged_files() -> Iterator[None]:
    """Raises FileRefused for whatever a decoder raises: the fault is the file's."""
    from PIL import Image

    try:
        yield
    except (FileRefused, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise FileRefused(*errors.TOO_MANY_PIXELS) from None
    except Exception:
        raise FileRefused(*errors.DAMAGED) from None


def _detect(job: Job) -> Any:
    from cases.deid import frame_detection

    near = None
    if job["near"] is not None:
        near = [RedactionBox.from_json(box) for box in job["near"]]
    frame = Frame.from_json(job["frame"])
    boxes = frame_detection.propose_boxes_on_frame(frame, number=job["number"], near=near)
    return [box.as_json() for box in boxes]


def _fingerprints(job: Job) -> Any:
    from cases.deid import frame_redaction

    return [frame_redaction.fingerprint(frame) for frame in _frames(job)]


def _redact(job: Job) -> Any:
    from cases.deid import frame_redaction

    redacted = frame_redaction.redact_frames(_frames(job), _boxes(job), Path(job["directory"]))
    return [frame.as_json() for frame in redacted]


def _render(job: Job) -> Any:
    from cases.deid import renditions

    rendered = renditions.render_sizes(_frames(job), job["widths"], Path(job["directory"]))
    return [rendition.as_json() for rendition in rendered]


def _render_still_without_noise(job: Job) -> Any:
    from cases.deid import renditions

    source, directory = Path(job["source"]), Path(job["directory"])
    rendered = renditions.render_still_without_noise(
        source, job["number"], job["widths"], directory
    )
    return [rendition.as_json() for rendition in rendered]


def _render_animation_without_noise(job: Job) -> Any:
    from cases.deid import renditions

    source, directory = Path(job["source"]), Path(job["directory"])
    return [renditions.render_animation_without_noise(source, directory).as_json()]


def _export(job: Job) -> Any:
    from cases.deid import renditions

    renditions.export(_frames(job), Path(job["target"]))


_JOBS: dict[str, tuple[Callable[[Job], Any], int]] = {
    "decode": (_decode, limits.DECODE_SECONDS),
    "detect": (_detect, limits.DETECT_SECONDS),
    "fingerprints": (_fingerprints, limits.RENDER_SECONDS),
    "redact": (_redact, limits.RENDER_SECONDS),
    "render": (_render, limits.RENDER_SECONDS),
    "render_still_without_noise": (_render_still_without_noise, limits.RENDER_SECONDS),
    "render_animation_without_noise": (_render_animation_without_noise, limits.RENDER_SECONDS),
    "redact_dicom": (_redact_dicom, limits.RENDER_SECONDS),
    "export": (_export, limits.RENDER_SECONDS),
}


def run_job(line: str) -> dict[str, Any]:
    """Do one job, given as JSON, and return its reply.

    The reply has one key: "done" with the result, "refused" with code and sentence, or "fault"
    with the type and the place of an exception; its message could quote the file.
    """
    job = json.loads(line)
    work, seconds = _JOBS[job["job"]]
    _limit_processor_time(seconds)
    try:
        return {"done": work(job)}
    except FileRefused as refusal:
        return {"refused": [refusal.code, refusal.sentence]}
    except MemoryError:
        return {"refused": list(errors.TOO_MUCH_MEMORY)}
    except Exception as fault:
        if _is_about_memory(fault):
            return {"refused": list(errors.TOO_MUCH_MEMORY)}
        return {"fault": f"{type(fault).__name__} at {_place(fault)}"}


def _place(fault: BaseException) -> str:
    """File name and line where the exception was raised."""
    traceback = fault.__traceback__
    if traceback is None:
        return "?"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno}"


def _is_about_memory(fault: BaseException) -> bool:
    """Whether a native library ran out of memory; each says it in its own words."""
    message = str(fault).lower()
    words = ("bad_alloc", "out of memory", "allocate", "insufficient")
    return any(word in message for word in words)


def main() -> None:
    """Answer jobs from standard input until it ends."""
    _set_limits()
    warnings.simplefilter("ignore")
    # Replies have a pipe of their own: what a library prints must not look like one.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        replies.write(json.dumps(run_job(line)) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
