"""The benchmark of burned-in text counts correctly and reports no picture it was tuned on."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from tools.benchmarks.deid import picture_coverage, picture_styles


def test_coverage_counts_uncovered_ink_and_picture_lost_around_it() -> None:
    ink = np.zeros((100, 100), dtype=bool)
    ink[10:20, 10:30] = True
    case = picture_styles.BenchmarkPicture(Image.new("RGB", (100, 100)), ((10, 10, 30, 20),), ink)

    half, lost = picture_coverage.covered(case, [(10, 10, 20, 20), (50, 50, 60, 60)])

    assert (half, lost) == (0.5, 0.01)


def test_same_seed_makes_the_same_picture_and_tuning_shares_none_with_test() -> None:
    style = picture_styles.STYLES["photo label"]
    drawn, repeated, other = (
        picture_styles.texts(style, seed)
        for seed in (
            picture_coverage.SEEDS["test"],
            picture_coverage.SEEDS["test"],
            picture_coverage.SEEDS["tuning"],
        )
    )

    assert drawn.picture.tobytes() == repeated.picture.tobytes() != other.picture.tobytes()
    assert drawn.ink is not None
    assert drawn.ink.any()


def test_interrupted_run_resumes_after_the_last_whole_line(tmp_path: Path) -> None:
    row = picture_coverage.BenchmarkRow(
        "tiny", 2_000_000, "ours", "text", 0.5, 0.01, 0, 1.0, 1.5, 300
    )
    results = tmp_path / "rows.jsonl"
    results.write_text(json.dumps(asdict(row)) + '\n{"style": "ti')

    rows = picture_coverage.done(results)

    assert rows == [row]
    assert picture_coverage.done(tmp_path / "none.jsonl") == []


def test_drawn_people_differ_by_seed_and_repeat_for_the_same_seed() -> None:
    drawn, repeated, other = (picture_styles.faces(seed).picture.tobytes() for seed in (1, 1, 2))

    assert drawn == repeated != other
