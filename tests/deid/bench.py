"""Prints what is covered and what is lost, style by style: python -m tests.deid.bench

Pictures are generated: `--seed tuning` for those the detectors are tuned on, `--seed test` (the
default) for those that are reported; no picture is in both. Each goes the whole way of
`manage.py deidentify_image`: read from a file, looked at, filled in, looked at again. Beside ours
stand Tesseract, where its program is installed, OpenCV's frontal face cascade alone, and plain
re-encoding by Pillow. Faces are four people's photographs, composed anew each time.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from cases.deid import sandbox, whole
from tests.deid import styles
from tests.deid.styles import Case

SEEDS = {"tuning": 1_000_000, "test": 2_000_000}
COVERED = 0.9
"""A text counts as redacted when this part of its ink is filled in; a face, of its box."""


@dataclass(frozen=True)
class Result:
    """What an engine filled in, in pixels, and whether reading the result again found more."""

    found: Sequence[tuple[int, int, int, int]]
    left: int = 0


def drawers() -> dict[str, Callable[[int], Case]]:
    """What draws each style from a seed, the same for the same seed."""
    drawn: dict[str, Callable[[int], Case]] = {
        name: partial(styles.texts, style)
        for name, style in styles.STYLES.items()
        if styles.available(style)
    }
    clean = {name: partial(_clean, draw) for name, draw in styles.CLEAN.items()}
    return drawn | {"faces": styles.faces} | clean


def _clean(draw: Callable[[int], Image.Image], seed: int) -> Case:
    return Case(draw(seed), ())


Rects = Sequence[tuple[int, int, int, int]]
Engine = Callable[[Case, Path], Result]


def ours(case: Case, directory: Path) -> Result:
    """The whole way; of a moving picture the boxes of the frame that holds the text."""
    source = directory / ("source.gif" if case.frames else "source.png")
    stills = (case.picture, *case.frames)
    if case.frames:
        first, *rest = stills[2:] + stills[:2]
        first.save(source, save_all=True, append_images=rest, duration=80, loop=0)
    else:
        case.picture.save(source, compress_level=1)
    report = whole.deidentify(source, directory / "target.png", choose_suffix=True)
    report.output.unlink()
    shown = report.frames - 2 if case.frames else 0
    boxes = [box for box in report.boxes if box.frame == shown]
    return Result([(b.x, b.y, b.x + b.w, b.y + b.h) for b in boxes], len(report.leftovers))


def tesseract(case: Case, directory: Path) -> Result:
    path = directory / "tesseract.png"
    case.picture.save(path)
    command = ("tesseract", str(path), "-", "--psm", "11", "tsv")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = csv.DictReader(io.StringIO(done.stdout), delimiter="\t", quoting=csv.QUOTE_NONE)
    places = [
        tuple(int(row[key]) for key in ("left", "top", "width", "height"))
        for row in rows
        if (row["text"] or "").strip() and float(row["conf"]) >= 0
    ]
    return Result([(x, y, x + w, y + h) for x, y, w, h in places])


def haar(case: Case, _directory: Path) -> Result:
    path = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
    grey = np.asarray(case.picture.convert("L"))
    found = cv2.CascadeClassifier(str(path)).detectMultiScale(grey, 1.1, 5)
    return Result([(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h in found])


def pillow(_case: Case, _directory: Path) -> Result:
    """Metadata goes, pixels stay."""
    return Result([])


def covered(case: Case, found: Rects) -> tuple[float, float]:
    """The parts of the truth filled in, and of the rest of the picture lost."""
    filled = np.zeros((case.picture.height, case.picture.width), dtype=bool)
    truth = np.zeros_like(filled)
    for mask, places in ((filled, found), (truth, case.truth)):
        for left, top, right, bottom in places:
            mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    wanted = truth if case.ink is None else case.ink
    part = float((filled & wanted).sum() / wanted.sum()) if wanted.any() else 1.0
    return part, float((filled & ~truth).sum() / filled.size)


@dataclass
class Tally:
    """What one engine reached over some pictures."""

    parts: list[float]
    losses: list[float]
    seconds: list[float]
    left: int = 0

    def line(self, has_truth: bool) -> str:
        recall = 100 * sum(part >= COVERED for part in self.parts) / len(self.parts)
        first = (
            f"{recall:9.1f}{100 * np.mean(self.parts):9.1f}" if has_truth else f"{'-':>9}{'-':>9}"
        )
        over = sum(loss > 0.05 for loss in self.losses)
        p50, p95 = np.percentile(self.seconds, (50, 95))
        lost = f"{100 * np.mean(self.losses):8.2f}{over:4}/{len(self.losses)}"
        return f"{first}{lost}{self.left:6}{p50:8.2f}{p95:7.2f}"

    def add(self, engine: Engine, case: Case, directory: Path) -> None:
        started = time.monotonic()
        result = engine(case, directory)
        self.seconds.append(time.monotonic() - started)
        part, lost = covered(case, result.found)
        self.parts.append(part)
        self.losses.append(lost)
        self.left += result.left > 0


def _joined(tallies: Sequence[Tally]) -> Tally:
    every = Tally([], [], [])
    for tally in tallies:
        every.parts += tally.parts
        every.losses += tally.losses
        every.seconds += tally.seconds
        every.left += tally.left
    return every


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", choices=SEEDS, default="test")
    parser.add_argument("--count", type=int, default=20, help="pictures of each style")
    parser.add_argument("--ours", action="store_true", help="measure nothing beside")
    options = parser.parse_args()
    engines: dict[str, Engine] = {"ours": ours}
    if not options.ours:
        engines |= {"haar": haar, "pillow": pillow}
        engines |= {"tesseract": tesseract} if shutil.which("tesseract") else {}
    say(f"{options.count} pictures of each style, seed {options.seed}, load {os.getloadavg()}")
    columns = "recall %  cover %  lost % over 5%  left   p50 s  p95 s"
    say(f"{'style':20}{'engine':>10} {columns}")
    totals: dict[tuple[str, str], list[Tally]] = {}
    with tempfile.TemporaryDirectory() as name:
        ours(Case(styles.CLEAN["clean skin"](0), ()), Path(name))  # loads the models
        for style, draw in drawers().items():
            tallies = {engine: Tally([], [], []) for engine in engines}
            for number in range(options.count):
                case = draw(SEEDS[options.seed] + number)
                for engine, look in engines.items():
                    tallies[engine].add(look, case, Path(name))
            kind = "clean" if not case.truth else "faces" if style == "faces" else "text"
            for engine, tally in tallies.items():
                say(f"{style:20}{engine:>10}{tally.line(kind != 'clean')}")
                totals.setdefault((kind, engine), []).append(tally)
    for (kind, engine), some in totals.items():
        say(f"{'all ' + kind:20}{engine:>10}{_joined(some).line(kind != 'clean')}")
    say(f"load {os.getloadavg()}")
    sandbox.close()


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - its output


if __name__ == "__main__":
    main()
