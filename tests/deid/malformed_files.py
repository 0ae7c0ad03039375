"""Files that are broken, hostile or no pictures, made from a seed: `malformed_files(seed)`."""

from __future__ import annotations

import io
import random
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from tests.deid import planted_pictures, synthetic_dicom, synthetic_pictures

HALF_A_GIGABYTE = 500_000_000


@dataclass(frozen=True)
class MalformedFile:
    """Name and content of a file. `must_refuse` if no picture can be read from it."""

    name: str
    data: bytes
    must_refuse: bool = False


def malformed_files(seed: int = 1, rounds: int = 5) -> Iterator[MalformedFile]:
    """Truncated and flipped ones of every format, then those made by hand."""
    yield from broken(seed, rounds)
    yield from by_hand()
    for name, data in _may_be_read():
        yield MalformedFile(name, data)


def broken(seed: int, rounds: int) -> Iterator[MalformedFile]:
    """For each kind of file `rounds` truncated ones and `rounds` with flipped bits."""
    rng = random.Random(seed)
    for name, whole in wholes():
        for number in range(rounds):
            cut = whole[: rng.randrange(16, len(whole) - 8)]
            yield MalformedFile(f"cut-{number}-{name}", cut)
            yield MalformedFile(f"flipped-{number}-{name}", _flipped(whole, rng))


def by_hand() -> Iterator[MalformedFile]:
    """Files that hold no picture, or claim one beyond our limits."""
    for make in _BY_HAND:
        for name, data in make():
            yield MalformedFile(name, data, must_refuse=True)


def wholes() -> Iterator[tuple[str, bytes]]:
    """One good file of each kind, with metadata to break as well."""
    chosen = {
        *("01-exif_and_comment.jpg", "01-text_chunks.png", "06-moving.png", "01-lossy.webp"),
        *("04-moving_webp.webp", "02-moving_gif.gif", "01-tiff.tiff", "03-pages.tiff"),
        *("01-gap.bmp", "01-heic.heic", "01-avif.avif"),
    }
    yield from (
        (one.name, one.data) for one in planted_pictures.planted_files() if one.name in chosen
    )
    yield "stack.dcm", _dicom(np.zeros((3, 48, 64), np.uint16))


def _flipped(whole: bytes, rng: random.Random) -> bytes:
    broken = bytearray(whole)
    for _ in range(rng.choice((1, 4, 16, 64))):
        broken[rng.randrange(4, len(broken))] ^= 1 << rng.randrange(8)
    return bytes(broken)


def _dicom(stored: Any, change: Callable[[Dataset], None] = lambda _: None, **header: Any) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "made.dcm"
        made = synthetic_dicom.write(path, stored, bits=8 * stored.itemsize, **header)
        change(made)
        made.save_as(path, enforce_file_format=True)
        return path.read_bytes()


def _not_pictures() -> Iterator[tuple[str, bytes]]:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.png", bytes(1000))
    yield "empty.jpg", b""
    yield "one-byte.png", b"\x89"
    yield "archive.jpg", held.getvalue()
    yield "drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "page.jpg", b"<!doctype html><script>alert(1)</script>"
    yield "paper.png", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    yield "program.gif", b"MZ\x90\0" + bytes(500)
    yield "postscript.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n"
    yield "photoshop.png", b"8BPS\0\x01" + bytes(200)
    yield "icon.png", b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0" + bytes(100)
    yield "gif-and-script.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//"
    yield "noise.webp", random.Random(3).randbytes(5000)
    yield "archive.dcm", bytes(128) + b"DICM" + held.getvalue()
    for start, suffix in ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"BM", "bmp")):
        yield f"only-the-start.{suffix}", start + bytes(40)


def _header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    size = struct.pack(">II", width, height)
    head = planted_pictures.chunk(b"IHDR", size + bytes([depth, colour, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head


@lru_cache(4)
def _zeros(count: int) -> bytes:
    """So many zeros, deflated piece by piece."""
    packer = zlib.compressobj(1)
    pieces = [packer.compress(bytes(1_000_000)) for _ in range(count // 1_000_000)]
    return b"".join(pieces) + packer.compress(bytes(count % 1_000_000)) + packer.flush()


def _png_bombs() -> Iterator[tuple[str, bytes]]:
    bomb, end = _zeros(HALF_A_GIGABYTE), planted_pictures.chunk(b"IEND", b"")
    good = planted_pictures.chunk(b"IDAT", zlib.compress(bytes(8 * 25)))
    yield "huge.png", _header(60_000, 60_000) + planted_pictures.chunk(b"IDAT", bomb) + end
    yield "tall.png", _header(1, 2**31 - 1) + planted_pictures.chunk(b"IDAT", bomb) + end
    for name, body in (
        (b"zTXt", b"Comment\0\0" + bomb),
        (b"iTXt", b"Comment\0\x01\0\0\0" + bomb),
    ):
        yield (
            f"bomb-{name.decode()}.png",
            _header(8, 8) + planted_pictures.chunk(name, body) + good + end,
        )
    frames = planted_pictures.chunk(b"acTL", struct.pack(">II", 0xFFFF, 0))
    yield "frames.png", _header(8, 8) + frames + good + end


def _raster_bombs() -> Iterator[tuple[str, bytes]]:
    photo = bytearray(planting_jpeg())
    place = photo.index(b"\xff\xc0") + 5
    photo[place : place + 4] = b"\xff\xdc\xff\xdc"
    yield "huge.jpg", bytes(photo)
    still = b",\0\0\0\0\x08\0\x08\0\0\x02\x02\x44\x01\0"
    screen = b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xff\xff\xff"
    yield "frames.gif", screen + still * 0xFFFF + b";"
    yield "huge.gif", screen.replace(b"\x08\0\x08\0", b"\xff\xff\xff\xff", 1) + still + b";"
    good = dict(wholes())
    bitmap = bytearray(good["01-gap.bmp"])
    bitmap[18:26] = struct.pack("<ii", 100_000, 100_000)
    yield "huge.bmp", bytes(bitmap)
    canvas = b"VP8X\x0a\0\0\0\x02\0\0\0" + b"\xff\xff\xff" * 2
    yield "huge.webp", b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas
    for name in ("01-heic.heic", "01-avif.avif"):
        whole = bytearray(good[name])
        place = whole.index(b"ispe") + 8
        whole[place : place + 8] = struct.pack(">II", 60_000, 60_000)
        yield f"huge.{name[-4:]}", bytes(whole)


def planting_jpeg() -> bytes:
    held = io.BytesIO()
    synthetic_pictures.skin(64, 48).save(held, "JPEG")
    return held.getvalue()


def _directory(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)


def _tiff(width: int, height: int, strip: bytes, packing: int = 1, following: int = 0) -> bytes:
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, packing)]
    entries += [(262, 3, 1, 1), (278, 4, 1, height), (277, 3, 1, 1)]
    start = 8 + 2 + 9 * 12 + 4
    entries += [(273, 4, 1, start), (279, 4, 1, len(strip))]
    return b"II*\0\x08\0\0\0" + _directory(*sorted(entries), following=following) + strip


def _tiff_bombs() -> Iterator[tuple[str, bytes]]:
    yield "huge.tiff", _tiff(100_000, 100_000, bytes(100))
    yield "many-tags.tiff", b"II*\0\x08\0\0\0\xff\xff" + bytes(3000)
    yield "no-directory.tiff", b"II*\0\xff\xff\xff\x7f"
    pages, at = b"", 8
    for _ in range(3000):
        at += 2 + 9 * 12 + 4 + 64
        pages += _tiff(8, 8, bytes(64), following=at)[8:]
    yield "pages.tiff", b"II*\0\x08\0\0\0" + pages


def _dicom_bombs() -> Iterator[tuple[str, bytes]]:
    small = np.zeros((48, 64), np.uint8)
    yield "frames.dcm", _dicom(small, NumberOfFrames=60_000)
    yield "huge.dcm", _dicom(small, Rows=65_535, Columns=65_535)
    yield "odd-bits.dcm", _dicom(small, BitsAllocated=32)
    yield "no-pixels.dcm", _dicom(small, lambda made: made.__delattr__("PixelData"))
    head = bytes(128) + b"DICM" + b"\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0"
    yield "endless.dcm", head + b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\0" * 40
    deep = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    yield "deep.dcm", head + deep * 20_000
    deflated = head.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    deflated = deflated.replace(b"UI\x14\0", b"UI\x16\0")
    raw = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = b"".join(raw.compress(bytes(1_000_000)) for _ in range(1200)) + raw.flush()
    yield "deflated-bomb.dcm", deflated + packed


_BY_HAND: tuple[Callable[[], Iterator[tuple[str, bytes]]], ...] = (
    *(_not_pictures, _png_bombs, _raster_bombs, _tiff_bombs, _dicom_bombs),
)


def _may_be_read() -> Iterator[tuple[str, bytes]]:
    """What hides something, but holds a picture: it may come out, clean and within the limits."""
    end, good = planted_pictures.chunk(b"IEND", b""), planting_jpeg()
    yield (
        "bomb-profile.png",
        (
            _header(8, 8)
            + planted_pictures.chunk(b"iCCP", b"x\0\0" + _zeros(HALF_A_GIGABYTE))
            + planted_pictures.chunk(b"IDAT", zlib.compress(bytes(8 * 25)))
            + end
        ),
    )
    deep = _header(7000, 7000, 16, 6) + planted_pictures.chunk(b"IDAT", _zeros(7000 * 56_001))
    yield "largest-deep.png", deep + end
    yield (
        "largest.png",
        _header(7000, 7000) + planted_pictures.chunk(b"IDAT", _zeros(7000 * 21_001)) + end,
    )
    scans = good[good.index(b"\xff\xda") : -2]
    yield "scans.jpg", good[:-2] + scans * 2000 + b"\xff\xd9"
    yield "page-inside.jpg", good[:2] + b"\xff\xfe\0\x1a<script>alert(1)</script>" + good[2:]
    yield "loop.tiff", _tiff(8, 8, bytes(64), following=8)
    yield "deflate-bomb.tiff", _tiff(8, 8, _zeros(HALF_A_GIGABYTE), packing=8)
    yield (
        "tiff-as-preamble.dcm",
        (b"II*\0\x08\0\0\0".ljust(128, b"\0") + _dicom(np.zeros((48, 64), np.uint8))[128:]),
    )
    yield (
        "run-lengths.dcm",
        _dicom(np.zeros((6000, 6000), np.uint8), lambda made: made.compress(RLELossless)),
    )
    yield (
        "deflated.dcm",
        _dicom(
            np.zeros((48, 64), np.uint8),
            lambda made: setattr(
                made.file_meta, "TransferSyntaxUID", DeflatedExplicitVRLittleEndian
            ),
        ),
    )
    hidden = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    held = io.BytesIO()
    hidden.save(held, "PNG")
    yield "nothing-to-see.png", held.getvalue()
