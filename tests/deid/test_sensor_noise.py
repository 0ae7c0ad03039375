"""The pattern of a sensor is weakened, and what a physician looks at stays."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageSequence

from cases.deid import images, sensor_noise
from cases.deid.results import Frame

SIDE = 512


def _photograph(pattern: sensor_noise.Plane, seed: int) -> sensor_noise.Pixels:
    """A bright wall with shadows, taken by a camera with this pattern of 1 %."""
    rng = np.random.default_rng(seed)
    shadow = rng.standard_normal((8, 8)).astype(np.float32)
    light = 170 + 20 * cv2.resize(shadow, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    noisy = light * (1 + 0.01 * pattern) + 2 * rng.standard_normal((SIDE, SIDE))
    return np.repeat(noisy.clip(0, 255).round().astype(np.uint8)[..., None], 3, axis=2)


def _match(pixels: sensor_noise.Pixels, pattern: sensor_noise.Plane) -> float:
    """How far the picture's fine detail goes with the pattern, in deviations of chance."""
    grey = cv2.resize(pixels[..., 0], (SIDE, SIDE)).astype(np.float32)
    noise = np.clip(grey - cv2.GaussianBlur(grey, (0, 0), 2), -20, 20).ravel()
    return float(np.corrcoef(noise, pattern.ravel())[0, 1] * SIDE)


def _treated(pixels: sensor_noise.Pixels, seed: int) -> sensor_noise.Pixels:
    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    return sensor_noise.remove_sensor_noise(
        pixels, 0.95, sensor_noise.Displacement.draw(rng, width, height)
    )


def test_the_pattern_of_the_sensor_can_no_longer_be_matched() -> None:
    pattern = np.random.default_rng(1).standard_normal((SIDE, SIDE)).astype(np.float32)
    picture = _photograph(pattern, 2)

    treated = _treated(picture, 3)

    assert _match(picture, pattern) > 100
    assert _match(treated, pattern) < 5


def test_thin_lines_stay_dark_and_within_four_pixels_of_their_place() -> None:
    picture = np.full((400, 400, 3), 230, np.uint8)
    picture[:, 50::50] = 30

    treated = _treated(picture, 4)[..., 0]

    assert treated.shape == (380, 380)
    for column in range(50, 400, 50):
        near = treated[5:-5, round(column * 0.95) - 4 : round(column * 0.95) + 5]
        assert near.min(axis=1).max() < 150


def test_no_two_displacements_are_alike_and_none_is_large() -> None:
    rng = np.random.default_rng()
    one, other = (sensor_noise.Displacement.draw(rng, 300, 200) for _draw in range(2))

    moved = one.of_rows(0, 200, 300)

    assert np.abs(moved).max() < 6
    assert np.abs(moved - other.of_rows(0, 200, 300)).mean() > 0.5
    assert np.array_equal(moved[64:], one.of_rows(64, 200, 300))


@pytest.mark.parametrize("size", [(8, 8), (9, 700), (1300, 20)])
def test_every_size_of_picture_is_rendered_anew(size: tuple[int, int], tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    Image.new("RGB", size, (90, 120, 60)).save(source)
    plain = images.render_sizes([Frame(source, *size)], tmp_path)

    (tmp_path / "new").mkdir()
    rendered = images.remove_sensor_noise([plain[-1].path], None, tmp_path / "new")

    largest = rendered[-1]
    assert size[0] >= largest.width >= 0.92 * size[0] - 1
    assert size[1] >= largest.height >= 0.92 * size[1] - 1
    with Image.open(largest.path) as picture:
        assert picture.getpixel((4, 4)) == pytest.approx((90, 120, 60), abs=4)


def test_an_animation_keeps_its_frames_and_times(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    frames = []
    for number in range(4):
        path = tmp_path / f"{number}.png"
        pixels = rng.integers(0, 255, (60, 80, 3), np.uint8)
        Image.fromarray(cv2.blur(pixels, (9, 9))).save(path)
        frames.append(Frame(path, 80, 60, duration_ms=120))
    rendered = images.render_sizes(frames, tmp_path)
    stills = [still.path for still in rendered if not still.animated]
    moving = next(still.path for still in rendered if still.animated)

    (tmp_path / "new").mkdir()
    anew = images.remove_sensor_noise(stills, moving, tmp_path / "new")

    assert [still.frame for still in anew if not still.animated] == [0, 1, 2, 3]
    animation = next(still for still in anew if still.animated)
    with Image.open(animation.path) as picture:
        times = [_duration(frame) for frame in ImageSequence.Iterator(picture)]
    assert times == [120] * 4


def _duration(frame: Image.Image) -> int:
    frame.load()
    return int(frame.info["duration"])
