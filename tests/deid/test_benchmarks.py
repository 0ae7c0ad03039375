"""Benchmarks count correctly, match cameras, and report no picture they were tuned on."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.benchmarks.deid import (
    detail_loss,
    picture_coverage,
    picture_styles,
    sensor_matching,
    sensor_noise,
)
from tools.benchmarks.deid.simulated_cameras import Camera


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


def _residual(camera: Camera, scene: str, seed: int) -> sensor_matching.Residual:
    pixels = np.asarray(Image.open(io.BytesIO(camera.photograph(scene, seed))))
    return sensor_matching.residual_of(pixels)


def test_the_attacker_on_sensor_noise_recognises_a_camera_that_is_not_protected() -> None:
    cameras = [Camera(number, 512, 384, 0.02) for number in range(3)]
    patterns = [
        sensor_matching.pattern_of([_residual(camera, "skin", seed) for seed in range(3)])
        for camera in cameras
    ]

    query = sensor_matching.query_of(_residual(cameras[1], "x-ray", 9))

    tiles = sensor_matching.tile_spectra(query[0], 128)
    found = []
    for pattern in patterns:
        spectra = sensor_matching.tile_spectra(pattern[0], 128)
        maps = sensor_matching.correlation_maps(tiles, spectra, parts=2)
        found.append(sensor_matching.one_geometry(maps, tiles.centres, (0.999, 1.0), (0.0,), 2))
    assert found[1] > 2 * max(found[0], found[2])


def test_a_picture_that_did_not_change_lost_nothing() -> None:
    pixels = np.asarray(Image.open(io.BytesIO(Camera(1, 256, 192, 0).photograph("ecg", 1))))

    loss = detail_loss.detail_loss(pixels, pixels, pixels)

    assert loss.ssim == loss.ssim_after == pytest.approx(1, abs=0.01)
    assert loss.contrast == pytest.approx(1, abs=0.02)


def test_the_upper_end_of_a_share_is_that_of_wilson() -> None:
    assert sensor_noise.wilson_upper(0, 100) == pytest.approx(0.037, abs=0.001)
    assert sensor_noise.wilson_upper(5, 100) == pytest.approx(0.112, abs=0.001)
