"""Prints what is covered and what is lost, style by style.

    python -m tools.benchmarks.deid.picture_coverage --each 20 --processes 2 --keep bench.jsonl

Pictures are generated: `--seed tuning` for those the detectors are tuned on, `--seed test` (the
default) for those that are reported; no picture is in both. Each goes the whole way of
`manage.py deidentify_image`: read from a file, looked at, filled in, looked at again. Beside ours
stand Tesseract, where its program is installed, OpenCV's frontal face cascade alone, and plain
re-encoding by Pillow. With `--keep` each result is written down at once, and a second run with the
same file goes on where the first broke off. Faces are drawn: nobody's.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from cases.deid import sandbox
from tools.benchmarks.deid import picture_styles
from tools.benchmarks.deid.engines import Rects, engines, ours
from tools.benchmarks.deid.picture_styles import BenchmarkPicture

SEEDS = {"tuning": 1_000_000, "test": 2_000_000}
COVERED = 0.9
"""A text counts as redacted when this part of its ink is filled in; a face, of its box."""


@dataclass(frozen=True)
class BenchmarkRow:
    """What one engine did with one picture. Parts are 0 to 1."""

    style: str
    seed: int
    engine: str
    kind: str
    """text, faces or clean."""
    part: float
    lost: float
    left: int
    seconds: float
    processor: float
    memory_mb: int


def drawers() -> dict[str, Callable[[int], BenchmarkPicture]]:
    """What draws each style from a seed, the same for the same seed."""
    drawn: dict[str, Callable[[int], BenchmarkPicture]] = {
        name: partial(picture_styles.texts, style)
        for name, style in picture_styles.STYLES.items()
        if picture_styles.available(style)
    }
    clean = {name: partial(_clean, draw) for name, draw in picture_styles.CLEAN.items()}
    return drawn | {"faces": picture_styles.faces} | clean


def _clean(draw: Callable[[int], Image.Image], seed: int) -> BenchmarkPicture:
    return BenchmarkPicture(draw(seed), ())


def covered(case: BenchmarkPicture, boxes: Rects) -> tuple[float, float]:
    """The parts of the truth filled in, and of the rest of the picture lost."""
    filled = np.zeros((case.picture.height, case.picture.width), dtype=bool)
    truth = np.zeros_like(filled)
    for mask, places in ((filled, boxes), (truth, case.truth)):
        for left, top, right, bottom in places:
            mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    wanted = truth if case.ink is None else case.ink
    part = float((filled & wanted).sum() / wanted.sum()) if wanted.any() else 1.0
    return part, float((filled & ~truth).sum() / filled.size)


def measure(style: str, seed: int, *, only_ours: bool) -> list[BenchmarkRow]:
    """Every engine on one picture. The models are loaded before the clock starts."""
    _warm()
    case = drawers()[style](seed)
    kind = "clean" if not case.truth else "faces" if style == "faces" else "text"
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for engine, look in engines(only_ours=only_ours).items():
            started = time.monotonic()
            done = look(case, Path(name))
            seconds = time.monotonic() - started
            part, lost = covered(case, done.boxes)
            cost = (done.left, seconds, done.processor, done.memory_mb)
            rows.append(BenchmarkRow(style, seed, engine, kind, part, lost, *cost))
    return rows


def _warm() -> None:
    if sandbox.warm_process_id() is None:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            ours(BenchmarkPicture(picture_styles.CLEAN["clean skin"](0), ()), Path(name))


def line(rows: list[BenchmarkRow]) -> str:
    """The figures of one engine over some pictures."""
    parts = np.array([row.part for row in rows])
    first = f"{'-':>9}{'-':>8}"
    if rows[0].kind != "clean":
        first = f"{100 * np.mean(parts >= COVERED):9.1f}{100 * parts.mean():8.1f}"
    losses = np.array([row.lost for row in rows])
    p50, p95 = np.percentile([row.seconds for row in rows], (50, 95))
    spent = np.percentile([row.processor for row in rows], 50)
    lost = f"{100 * losses.mean():8.2f}{int((losses > 0.05).sum()):4}/{len(rows)}"
    left, memory = sum(row.left > 0 for row in rows), max(row.memory_mb for row in rows)
    return f"{first}{lost:>14}{left:5}{p50:8.2f}{p95:7.2f}{spent:8.2f}{memory or '-':>7}"


def report(rows: Iterable[BenchmarkRow]) -> None:
    """Print the table: each style, then all of a kind."""
    rows = list(rows)
    say(
        f"{'style':20}{'engine':>10} recall %  cover % lost % over 5% left   p50 s  p95 s"
        "  cpu s     MB"
    )
    groups: dict[tuple[str, str], list[BenchmarkRow]] = {}
    for name in dict.fromkeys((*drawers(), "all text", "all faces", "all clean")):
        for row in rows:
            if name in (row.style, f"all {row.kind}"):
                groups.setdefault((name, row.engine), []).append(row)
    for (name, engine), some in groups.items():
        say(f"{name:20}{engine:>10}{line(some)}")
    for engine in dict.fromkeys(row.engine for row in rows):
        say(f"{'everything':20}{engine:>10}{line([row for row in rows if row.engine == engine])}")


def done(results: Path | None) -> list[BenchmarkRow]:
    """What an earlier run wrote down; its last line may be cut."""
    rows = []
    for text in results.read_text().splitlines() if results and results.exists() else ():
        try:
            rows.append(BenchmarkRow(**json.loads(text)))
        except ValueError:
            continue
    return rows


def _run(options: argparse.Namespace) -> list[BenchmarkRow]:
    """Every picture not yet measured, by as many processes as asked for."""
    names = [name for name in drawers() if not options.only or name in options.only]
    first = SEEDS[options.seed]
    wanted = [(name, first + n) for n in range(options.each) for name in names]
    rows = [row for row in done(options.keep) if (row.style, row.seed) in set(wanted)]
    known = {(row.style, row.seed) for row in rows if row.engine == "ours"}
    left = [job for job in wanted if job not in known]
    look = partial(measure, only_ours=options.ours)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, mp_context=context) as pool:
        for number, job in enumerate(as_completed([pool.submit(look, *job) for job in left]), 1):
            rows += job.result()
            if options.keep:
                with options.keep.open("a") as stream:
                    stream.write("\n")  # the last line of a run that broke off may be cut
                    stream.writelines(json.dumps(asdict(row)) + "\n" for row in job.result())
            if number % 41 == 0:
                say(f"{number} of {len(left)} pictures, load {os.getloadavg()[0]:.1f}")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what is covered and what is lost.")
    parser.add_argument("--seed", choices=SEEDS, default="test")
    parser.add_argument("--each", type=int, default=20, help="pictures of each style")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="results, a line each; goes on where it ends")
    parser.add_argument("--only", action="append", help="a style; may be given more than once")
    parser.add_argument("--ours", action="store_true", help="measure nothing beside")
    options = parser.parse_args()
    say(
        f"{options.each} pictures of each style, seed {options.seed}, load {os.getloadavg()[0]:.1f}"
    )
    started = time.monotonic()
    rows = _run(options)
    report(rows)
    say(f"{time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
