"""Every format and way of storing pixels is decoded whole: all frames, upright, in sRGB."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from cases.deid import images
from cases.deid.errors import FileRefused
from cases.deid.results import Inspection
from tests.deid import synthetic_pictures

Pixels = npt.NDArray[np.uint8]


def _decoded(source: Path, directory: Path) -> Inspection:
    """The working copies alone; looking at them is another test's business."""
    made = directory / f"of-{source.name}"
    made.mkdir()
    return images._decode(source, made)


def _pixels(inspection: Inspection, number: int = 0) -> Pixels:
    with Image.open(inspection.frames[number].path) as image:
        assert image.mode == "RGB"
        return np.asarray(image)


@pytest.mark.parametrize("suffix", ["png", "webp", "gif", "tiff"])
def test_every_frame_is_read_in_order(suffix: str, tmp_path: Path) -> None:
    shades = (20, 90, 160, 230)
    stills = [Image.new("RGB", (64, 48), (shade,) * 3) for shade in shades]
    source = tmp_path / f"moving.{suffix}"
    options: dict[str, Any] = {} if suffix == "tiff" else {"duration": 120, "loop": 0}
    stills[0].save(source, save_all=True, append_images=stills[1:], **options)

    inspection = _decoded(source, tmp_path)

    seen = [int(_pixels(inspection, number)[24, 32, 0]) for number in range(4)]
    assert np.allclose(seen, shades, atol=3)
    assert inspection.animated == (suffix != "tiff")
    assert all(frame.duration_ms == (0 if suffix == "tiff" else 120) for frame in inspection.frames)


def _tiled(levels: Pixels) -> bytes:
    """A grey TIFF of 128 by 128 in four tiles, which Pillow reads but does not write."""
    tiles = [levels[y : y + 64, x : x + 64].tobytes() for y in (0, 64) for x in (0, 64)]
    after = 8 + 2 + 9 * 12 + 4
    first = after + 32
    entries = [
        *((256, 4, 1, 128), (257, 4, 1, 128), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)),
        *((322, 4, 1, 64), (323, 4, 1, 64), (324, 4, 4, after), (325, 4, 4, after + 16)),
    ]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries))
    head += b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 0)
    head += struct.pack("<4I", *(first + number * 4096 for number in range(4)))
    return head + struct.pack("<4I", *([4096] * 4)) + b"".join(tiles)


def test_tiled_tiff_is_read_whole(tmp_path: Path) -> None:
    levels = np.arange(128 * 128, dtype=np.uint32).reshape(128, 128).astype(np.uint8)
    levels[:64, 64:] //= 2
    source = tmp_path / "tiled.tiff"
    source.write_bytes(_tiled(levels))

    shown = _pixels(_decoded(source, tmp_path))

    assert np.array_equal(shown[:, :, 0], levels)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_are_scaled_to_eight(suffix: str, tmp_path: Path) -> None:
    faint = np.asarray(synthetic_pictures.head_ct(96).convert("L")).astype(np.uint16) + 1000
    source = tmp_path / f"deep.{suffix}"
    Image.fromarray(faint).save(source)

    shown = _pixels(_decoded(source, tmp_path))

    assert shown.min() == 0
    assert shown.max() >= 254


def test_other_colour_spaces_are_converted_to_srgb(tmp_path: Path) -> None:
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The red and green primaries of the profile change places: red is then shown as green.
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    profile = bytearray(swapped)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    source = tmp_path / "profile.png"
    Image.new("RGB", (32, 32), (250, 0, 0)).save(source, icc_profile=bytes(profile))

    shown = _pixels(_decoded(source, tmp_path))

    assert shown[16, 16, 1] > 200
    assert shown[16, 16, 0] < 60


def _jpeg() -> bytes:
    return _saved("JPEG", exif=synthetic_pictures.phone_exif())


def _saved(format_: str, **options: Any) -> bytes:
    held = io.BytesIO()
    synthetic_pictures.noise(48, 40).save(held, format_, **options)
    return held.getvalue()


@pytest.mark.parametrize("make", [_jpeg, *(lambda f=f: _saved(f) for f in ("PNG", "TIFF"))])
def test_broken_bytes_end_in_a_picture_or_one_sentence(
    make: Callable[[], bytes], tmp_path: Path
) -> None:
    rng, whole = random.Random(7), make()
    for number in range(4):
        broken = bytearray(whole[: rng.randint(len(whole) // 2, len(whole))])
        for _ in range(8):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        source = tmp_path / f"broken-{number}"
        source.write_bytes(broken)

        sentence, frames = "", 0
        try:
            frames = len(_decoded(source, tmp_path).frames)
        except FileRefused as refusal:
            sentence = refusal.sentence

        assert frames == 1 or sentence.count(".") == 1
