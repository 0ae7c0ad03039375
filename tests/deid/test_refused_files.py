"""Files that are refused: no pictures, damaged ones and those beyond our limits."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from cases.deid import images, limits
from cases.deid.errors import FileRefused
from tests.deid import synthetic_pictures


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable"),
        (b"hello, this is a text", "unreadable"),
        (b"%PDF-1.7\n", "unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 400, "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 300, "unreadable"),
    ],
)
def test_file_that_is_no_picture_is_refused_in_one_sentence(
    content: bytes, code: str, tmp_path: Path
) -> None:
    source = tmp_path / "file.jpg"
    source.write_bytes(content)

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == code
    assert refusal.value.sentence.count(".") == 1
    assert "file.jpg" not in refusal.value.sentence


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "tiff"])
def test_truncated_file_is_refused(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / f"picture.{suffix}"
    synthetic_pictures.noise(400, 300).save(source)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code in ("damaged", "unreadable")


def test_decompression_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    source = tmp_path / "bomb.png"
    source.write_bytes(_png(60_000, 60_000, zlib.compress(b"\0" * 1000)))

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == "too_many_pixels"


def test_png_text_bomb_is_refused(tmp_path: Path) -> None:
    blown_up = zlib.compress(b"A" * 80_000_000, 9)
    chunk = _chunk(b"zTXt", b"Comment\0\0" + blown_up)
    source = tmp_path / "bomb.png"
    source.write_bytes(_png(64, 64, zlib.compress(b"\0" * (64 * 193)), chunk))

    with pytest.raises(FileRefused):
        images.inspect(source, tmp_path)


def test_too_many_frames_are_refused(tmp_path: Path) -> None:
    stills = [Image.new("L", (16, 16), number % 256) for number in range(limits.FRAMES + 1)]
    source = tmp_path / "long.gif"
    stills[0].save(source, save_all=True, append_images=stills[1:], duration=20)

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == "too_many_frames"


def test_file_over_the_size_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    source = tmp_path / "huge.jpg"
    with source.open("wb") as sparse:
        sparse.truncate(limits.FILE_BYTES + 1)

    with pytest.raises(FileRefused) as refusal:
        images.inspect(source, tmp_path)

    assert refusal.value.code == "file_too_big"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, pixels: bytes, extra: bytes = b"") -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
