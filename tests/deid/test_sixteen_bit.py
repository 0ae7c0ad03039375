"""Greys of 16 bits: looked at in a window and over their whole range, filled in as stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from cases.deid import deidentify_file

SIZE = (480, 640)


def slope(low: int, high: int) -> np.ndarray:
    across = np.linspace(low, high, SIZE[1]).astype(np.uint16)
    return np.repeat(across[None, :], SIZE[0], axis=0)


def letters(text: str = "MRN 4471882 DOE JANE") -> np.ndarray:
    image = Image.new("1", (SIZE[1], SIZE[0]))
    ImageDraw.Draw(image).text((30, 40), text, fill=1, font=ImageFont.load_default(34))
    return np.asarray(image)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_stored_values_stay_except_where_text_was(suffix: str, tmp_path: Path) -> None:
    values = slope(1200, 3900)
    values[letters()] = 4095
    source, target = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    Image.fromarray(values).save(source)

    report = deidentify_file.deidentify(source, target)

    done = np.asarray(Image.open(target)).astype(int)
    covered = np.zeros(SIZE, bool)
    for box in report.boxes:
        covered[box.y : box.y + box.h, box.x : box.x + box.w] = True
    assert report.boxes
    assert covered[letters()].mean() > 0.99
    assert (done[covered] == 1200).all()
    assert (done[~covered] == values[~covered]).all()


def test_text_one_grey_level_from_its_ground_is_found(tmp_path: Path) -> None:
    """Nobody sees it in the window; whoever stretches the stored values does."""
    values = np.full(SIZE, 20_000, np.uint16)
    values[300:, :] = 60_000
    values[400:, :] = 0
    values[letters()] = 20_001
    source, target = tmp_path / "in.png", tmp_path / "out.png"
    Image.fromarray(values).save(source)

    deidentify_file.deidentify(source, target)

    done = np.asarray(Image.open(target)).astype(int)
    assert (done == 20_001).sum() < 0.02 * letters().sum()


def test_tiff_pages_keep_16_bits_and_other_formats_are_windowed(tmp_path: Path) -> None:
    pages = [Image.fromarray(slope(0, 65_535)), Image.fromarray(slope(500, 900))]
    source = tmp_path / "in.tiff"
    pages[0].save(source, save_all=True, append_images=pages[1:])

    deidentify_file.deidentify(source, tmp_path / "out.tiff")
    deidentify_file.deidentify(source, tmp_path / "out.webp")

    with Image.open(tmp_path / "out.tiff") as done:
        assert (getattr(done, "n_frames", 1), done.mode) == (2, "I;16")
        done.seek(1)
        assert done.getextrema() == (500, 900)
    with Image.open(tmp_path / "out.webp") as done:
        assert done.mode in ("RGB", "RGBA")
