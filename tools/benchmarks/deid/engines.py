"""What the benchmark measures side by side: ours, Tesseract, OpenCV's cascade and plain Pillow."""

from __future__ import annotations

import csv
import io
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cases.deid import deidentify_file, sandbox
from tools.benchmarks.deid.picture_styles import BenchmarkPicture

Rects = Sequence[tuple[int, int, int, int]]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Result:
    """What an engine filled in, in pixels, and what that cost."""

    boxes: Rects
    left: int = 0
    """How much reading the result again still found."""
    processor: float = 0.0
    """Seconds of processor time of all processes that took part."""
    memory_mb: int = 0
    """The most that any one process held, 0 where it worked within the benchmark's own."""


Engine = Callable[[BenchmarkPicture, Path], Result]


def engines(*, only_ours: bool) -> dict[str, Engine]:
    """By name; Tesseract only where its program is installed."""
    by_name: dict[str, Engine] = {"ours": ours}
    if not only_ours:
        by_name |= {"haar": haar, "pillow": pillow}
        by_name |= {"tesseract": tesseract} if shutil.which("tesseract") else {}
    return by_name


def ours(case: BenchmarkPicture, directory: Path) -> Result:
    """The whole way; of a moving picture the boxes of the frame that holds the text."""
    source = directory / ("source.gif" if case.frames else "source.png")
    stills = (case.picture, *case.frames)
    if case.frames:
        first, *rest = stills[2:] + stills[:2]
        first.save(source, save_all=True, append_images=rest, duration=80, loop=0)
    else:
        case.picture.save(source, compress_level=1)
    before = _spent()
    report = deidentify_file.deidentify(source, directory / "target.png", choose_suffix=True)
    spent = _spent() - before
    report.output.unlink()
    shown = report.frames - 2 if case.frames else 0
    boxes = [
        (box.x, box.y, box.x + box.w, box.y + box.h) for box in report.boxes if box.frame == shown
    ]
    return Result(boxes, len(report.remaining_boxes), spent, _most_memory())


def _spent() -> float:
    """Processor seconds of this process, of children that ended and of the warm one."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime
    pid = sandbox.warm_process_id()
    if pid is not None:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def _most_memory() -> int:
    """The most that the warm child held so far, in MB."""
    pid = sandbox.warm_process_id()
    lines = Path(f"/proc/{pid}/status").read_text().splitlines() if pid else []
    return max((int(line.split()[1]) // 1024 for line in lines if "VmHWM" in line), default=0)


def tesseract(case: BenchmarkPicture, directory: Path) -> Result:
    """Its words in sparse text, every one with a confidence."""
    path = directory / "tesseract.png"
    case.picture.save(path, compress_level=1)
    command = ("tesseract", str(path), "-", "--psm", "11", "tsv")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = csv.DictReader(io.StringIO(done.stdout), delimiter="\t", quoting=csv.QUOTE_NONE)
    places = [
        tuple(int(row[key]) for key in ("left", "top", "width", "height"))
        for row in rows
        if (row["text"] or "").strip() and float(row["conf"]) >= 0
    ]
    boxes = [(x, y, x + w, y + h) for x, y, w, h in places]
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Result(boxes, processor=spent)


def haar(case: BenchmarkPicture, _directory: Path) -> Result:
    path = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
    grey = np.asarray(case.picture.convert("L"))
    before = time.process_time()
    boxes = cv2.CascadeClassifier(str(path)).detectMultiScale(grey, 1.1, 5)
    places = [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h in boxes]
    return Result(places, processor=time.process_time() - before)


def pillow(_case: BenchmarkPicture, _directory: Path) -> Result:
    """Metadata goes, pixels stay."""
    return Result([])
