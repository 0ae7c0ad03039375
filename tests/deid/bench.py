"""Prints how much burned-in text is covered, style by style: python -m tests.deid.bench

Pictures are generated: `--seed tuning` for those the detectors are tuned on, `--seed test` (the
default) for those that are reported; no picture is in both. Beside ours stand Tesseract, where its
program is installed, OpenCV's frontal face cascade alone, and plain re-encoding by Pillow.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from cases.deid import images, sandbox
from cases.deid.results import Box, Frame
from tests.deid import pictures

SEEDS = {"tuning": 1_000_000, "test": 2_000_000}
NAMES = ("ZZTEST PATIENT", "Zzample, Anna", "MRN 00012345", "DOB 04.07.1951", "Zz Hospital")
COVERED = 0.9
"""A text counts as redacted when this part of its ink is filled in; a face, of its box."""
_WHITE, _BLACK, _BLUE = (245, 245, 245), (15, 15, 15), (40, 50, 140)


@dataclass(frozen=True)
class Style:
    """How text is burned in: onto what, its height in pixels, colour and angles."""

    ground: Callable[[int], Image.Image]
    sizes: tuple[int, int] = (22, 32)
    fill: tuple[int, int, int] = _WHITE
    turned: tuple[int, ...] = (0,)
    blur: float = 0.0


@dataclass(frozen=True)
class Case:
    """One generated picture and where its texts or faces are: left, top, right, bottom."""

    picture: Image.Image
    truth: tuple[tuple[int, int, int, int], ...]
    ink: npt.NDArray[np.bool_] | None = None
    """Where letters are: a slanted line leaves most of its upright box empty."""


def _skin(seed: int) -> Image.Image:
    return pictures.skin(800, 600, seed)


def _dark(seed: int) -> Image.Image:
    return pictures.skin(800, 600, seed).convert("L").point(lambda v: v // 4).convert("RGB")


def _band(seed: int) -> Image.Image:
    band = Image.new("RGB", (800, 260), (226, 232, 236))
    ground = pictures.skin(800, 600, seed)
    ground.paste(band, (0, 170))
    return ground


STYLES = {
    "ultrasound overlay": Style(_dark, (16, 22)),
    "CT corner": Style(lambda seed: pictures.head_ct(640, seed), (14, 18)),
    "photo label": Style(_skin, (26, 40), _BLACK),
    "wristband": Style(_band, (20, 28), _BLACK, (-6, 4, 8)),
    "ink on skin": Style(_skin, (34, 46), _BLUE, (-12, 7, 12), 1.2),
    "sideways": Style(_skin, (24, 32), _WHITE, (90, 270)),
    "upside down": Style(_skin, (24, 32), _WHITE, (180,)),
    "slanted": Style(_skin, (26, 34), _BLACK, (30, -40, 20)),
    "tiny": Style(_dark, (10, 12)),
    "huge": Style(_skin, (110, 150), _BLACK),
    "low contrast": Style(_skin, (26, 34), (214, 178, 160)),
    "blurred": Style(_skin, (26, 34), _BLACK, (0,), 2.0),
}
CLEAN: dict[str, Callable[[int], Image.Image]] = {
    "clean skin": _skin,
    "clean retina": lambda seed: pictures.retina(700, seed),
    "clean head CT": lambda seed: pictures.head_ct(640, seed),
    "clean ECG": lambda seed: pictures.ecg(1000, 500, seed),
    "clean rings": lambda seed: pictures.rings(2 + seed % 3, 12 + seed % 40, 14 + seed % 20),
}


def texts(style: Style, seed: int) -> Case:
    """One text on its ground, wholly inside the picture."""
    rng = random.Random(seed)
    ground = style.ground(seed)
    size, turned = rng.randint(*style.sizes), rng.choice(style.turned)
    text = rng.choice(NAMES) if size < 100 else rng.choice(("ZZTEST", "SMITHZZ"))
    stamp = pictures.write_on(Image.new("L", (1600, 1600)), text, (800, 800), size, "white", turned)
    left, top, right, bottom = stamp.getbbox() or (800, 800, 801, 801)
    width, height = right - left, bottom - top
    x = rng.randint(10, max(10, ground.width - width - 10))
    low, high = (180, 420 - height) if style.ground is _band else (10, ground.height - height - 10)
    y = rng.randint(min(low, high), max(low, high, 10))
    ink = Image.new("L", ground.size)
    ink.paste(stamp.crop((left, top, right, bottom)), (x, y))
    if style.blur:
        ink = ink.filter(ImageFilter.GaussianBlur(style.blur))
    ground.paste(style.fill, (0, 0), ink)
    place = (x, y, x + width, y + height)
    return Case(ground, (place,), np.asarray(ink) > 127 if not style.blur else np.asarray(ink) > 40)


def faces(seed: int) -> Case:
    """A drawn face, easy for every detector: it says nothing of photographs of people."""
    rng = random.Random(seed)
    size = rng.randint(120, 260)
    tone = rng.choice(((205, 160, 135), (150, 105, 80), (228, 190, 165)))
    head = (round(size * 0.64), round(size * 0.5), round(size * 1.36), round(size * 1.45))
    return Case(pictures.face(size, tone), (head,))


def cases(seed: str, count: int) -> dict[str, list[Case]]:
    """Every style with `count` pictures; the same for the same seed."""
    start = SEEDS[seed]
    made = {n: [texts(s, start + k) for k in range(count)] for n, s in STYLES.items()}
    made["drawn face"] = [faces(start + k) for k in range(count)]
    clean = {n: [Case(draw(start + k), ()) for k in range(count)] for n, draw in CLEAN.items()}
    return made | clean


Rects = Sequence[tuple[int, int, int, int]]
Engine = Callable[[Image.Image, Path], Rects]


def ours(picture: Image.Image, directory: Path) -> Rects:
    path = directory / "working.png"
    picture.save(path)
    found: list[Box] = images.find([Frame(path, picture.width, picture.height)])
    return [(b.x, b.y, b.x + b.w, b.y + b.h) for b in found]


def tesseract(picture: Image.Image, directory: Path) -> Rects:
    path = directory / "tesseract.png"
    picture.save(path)
    command = ("tesseract", str(path), "-", "--psm", "11", "tsv")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = csv.DictReader(io.StringIO(done.stdout), delimiter="\t", quoting=csv.QUOTE_NONE)
    places = [
        tuple(int(row[key]) for key in ("left", "top", "width", "height"))
        for row in rows
        if (row["text"] or "").strip() and float(row["conf"]) >= 0
    ]
    return [(x, y, x + w, y + h) for x, y, w, h in places]


def haar(picture: Image.Image, _directory: Path) -> Rects:
    path = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
    grey = np.asarray(picture.convert("L"))
    found = cv2.CascadeClassifier(str(path)).detectMultiScale(grey, 1.1, 5)
    return [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h in found]


def pillow(_picture: Image.Image, _directory: Path) -> Rects:
    """Metadata goes, pixels stay."""
    return []


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


def measure(engine: Engine, some: Sequence[Case], directory: Path) -> tuple[float, ...]:
    """Recall, mean cover and mean loss in percent, and the median seconds of a picture."""
    results, seconds = [], []
    for case in some:
        started = time.monotonic()
        found = engine(case.picture, directory)
        seconds.append(time.monotonic() - started)
        results.append(covered(case, found))
    parts, losses = zip(*results, strict=True)
    recall = sum(part >= COVERED for part in parts) / len(parts)
    return (
        100 * recall,
        100 * sum(parts) / len(parts),
        100 * sum(losses) / len(losses),
        (sorted(seconds)[len(seconds) // 2]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", choices=SEEDS, default="test")
    parser.add_argument("--count", type=int, default=5, help="pictures of each style")
    options = parser.parse_args()
    engines: dict[str, Engine] = {"ours": ours, "haar": haar, "pillow": pillow}
    if shutil.which("tesseract"):
        engines["tesseract"] = tesseract
    else:
        print("tesseract is not installed: left out")  # noqa: T201 - its output
    print(f"{'style':20}{'engine':>10}{'recall %':>10}{'cover %':>9}{'lost %':>8}{'s':>7}")  # noqa: T201
    with tempfile.TemporaryDirectory() as name:
        ours(_skin(0), Path(name))  # loads the models
        for style, some in cases(options.seed, options.count).items():
            for engine, find in engines.items():
                recall, cover, lost, took = measure(find, some, Path(name))
                first = f"{recall:10.0f}{cover:9.1f}" if some[0].truth else f"{'-':>10}{'-':>9}"
                print(f"{style:20}{engine:>10}{first}{lost:8.2f}{took:7.2f}", flush=True)  # noqa: T201
    sandbox.close()


if __name__ == "__main__":
    main()
