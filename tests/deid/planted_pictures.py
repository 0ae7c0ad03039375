"""Pictures with an invented secret in every place that a format has for text.

`planted_files()` yields them. Every secret is another word, so that one that is left in a result
says which place it was in.
"""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image, TiffImagePlugin

from tests.deid import synthetic_pictures
from tests.deid.planted_metadata import PlantedFile, SecretMaker, archive, exif, iptc, profile, xmp

_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_HEAD = b"http://ns.adobe.com/xmp/extension/\0"
_HEIC = Path(__file__).parent / "data" / "phone.heic"


def planted_files() -> Iterator[PlantedFile]:
    """Every way of planting in every format."""
    numbers = itertools.count(1)
    for suffix, makers in _WAYS.items():
        for number, make in enumerate(makers, 1):
            planter = SecretMaker(_numbers=numbers)
            data = make(planter)
            name = f"{number:02}-{make.__name__.strip('_')}.{suffix}"
            yield PlantedFile(name, data, tuple(planter.secrets))


def _still(seed: int = 1) -> Image.Image:
    return synthetic_pictures.skin(96, 72, seed)


def _saved(format_: str, image: Image.Image | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    (image or _still()).save(out, format_, **options)
    return out.getvalue()


def _frames(format_: str, **options: Any) -> bytes:
    more: dict[str, Any] = {"save_all": True, "append_images": [_still(2), _still(3)]}
    return _saved(format_, **more, **options)


# JPEG: segments right after the first two bytes.


def _segment(number: int, body: bytes) -> bytes:
    return b"\xff" + bytes([number]) + struct.pack(">H", len(body) + 2) + body


def _with_segments(data: bytes, *segments: bytes) -> bytes:
    return data[:2] + b"".join(segments) + data[2:]


def _exif_and_comment(plant: SecretMaker) -> bytes:
    return _saved("JPEG", exif=exif(plant), comment=plant.raw())


def _xmp_iptc_profile(plant: SecretMaker) -> bytes:
    whole = _saved("JPEG", icc_profile=profile(plant))
    extended = _EXTENDED_HEAD + b"0" * 32 + struct.pack(">II", 60, 0) + plant.raw()
    return _with_segments(
        whole,
        _segment(0xE1, _XMP_HEAD + xmp(plant)),
        _segment(0xE1, extended),
        _segment(0xED, iptc(plant)),
    )


def _every_segment(plant: SecretMaker) -> bytes:
    """An unknown block in each application segment, thumbnails in the first, comments."""
    thumbnail = b"JFXX\0\x10" + _with_segments(_saved("JPEG"), _segment(0xFE, plant.raw()))
    blocks = [
        _segment(0xE0 + n, b"ZVENDOR\0" + plant.raw()) for n in range(2, 16) if n not in (13, 14)
    ]
    comments = [_segment(0xFE, plant.raw()) for _ in range(2)]
    return _with_segments(_saved("JPEG"), _segment(0xE0, thumbnail), *blocks, *comments)


def _thumbnail(plant: SecretMaker) -> bytes:
    """A second picture inside Exif, with a comment of its own."""
    inner = _with_segments(_saved("JPEG"), _segment(0xFE, plant.raw()))
    first = struct.pack("<HHHII", 1, 0x010F, 2, 9, 100) + struct.pack("<I", 26 + 2)
    second = struct.pack("<HHHII", 3, 0x0103, 3, 1, 6)
    second += struct.pack("<HHII", 0x0201, 4, 1, 200) + struct.pack(
        "<HHII", 0x0202, 4, 1, len(inner)
    )
    head = b"II*\0\x08\0\0\0" + first
    body = head.ljust(28, b"\0") + second + b"\0" * 4
    body = body.ljust(100, b"\0") + plant.raw() + b"\0"
    body = body.ljust(200, b"\0") + inner
    return _with_segments(_saved("JPEG"), _segment(0xE1, b"Exif\0\0" + body))


def _several_pictures(plant: SecretMaker) -> bytes:
    """A Multi-Picture file: the second picture has Exif of its own."""
    second = _still(2)
    second.encoderinfo = {"exif": exif(plant)}
    return _saved("MPO", save_all=True, append_images=[second], exif=exif(plant))


def _glued(plant: SecretMaker) -> bytes:
    return _saved("JPEG", progressive=True) + plant.raw() + archive(plant)


def _grey(plant: SecretMaker) -> bytes:
    return _saved("JPEG", _still().convert("L"), exif=exif(plant), comment=plant.raw())


def _cmyk(plant: SecretMaker) -> bytes:
    return _saved("JPEG", _still().convert("CMYK"), exif=exif(plant), comment=plant.raw())


# PNG: chunks after the header.


def chunk(name: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + check


def _with_chunks(data: bytes, *chunks: bytes) -> bytes:
    return data[:33] + b"".join(chunks) + data[33:]


def _words(plant: SecretMaker) -> tuple[bytes, ...]:
    return (
        chunk(b"tEXt", b"Author\0" + plant.raw()),
        chunk(b"tEXt", plant.raw() + b"\0as a keyword"),
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(plant.raw())),
        chunk(b"iTXt", b"Title\0\0\0en\0\0" + plant.raw()),
        chunk(b"iTXt", b"Description\0\x01\0\0\0" + zlib.compress(plant.raw())),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(plant)),
        chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(plant.raw().hex().encode())),
    )


def _text_chunks(plant: SecretMaker) -> bytes:
    return _with_chunks(_saved("PNG", exif=exif(plant)), *_words(plant))


def _private_chunks(plant: SecretMaker) -> bytes:
    whole = _saved("PNG", icc_profile=profile(plant))
    late = chunk(b"tEXt", b"After\0" + plant.raw())
    private = [chunk(name, plant.raw()) for name in (b"prVt", b"zzPr", b"vpAg", b"iDOT")]
    palette = chunk(b"sPLT", plant.raw() + b"\0\x08" + bytes(6))
    return _with_chunks(whole[:-12] + late + whole[-12:], *private, palette)


def _after_the_end(plant: SecretMaker) -> bytes:
    whole = _saved("PNG", _still().convert("P"))
    return whole + chunk(b"tEXt", b"Late\0" + plant.raw()) + archive(plant)


def _deep(plant: SecretMaker) -> bytes:
    return _with_chunks(_saved("PNG", _still().convert("I;16")), *_words(plant))


def _clear(plant: SecretMaker) -> bytes:
    image = _still().convert("RGBA")
    image.putalpha(120)
    return _with_chunks(_saved("PNG", image, exif=exif(plant)), *_words(plant))


def _moving(plant: SecretMaker) -> bytes:
    return _with_chunks(_frames("PNG", duration=90, exif=exif(plant)), *_words(plant))


# WebP and BMP.


def _riff(data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    for name, body in chunks:
        data += name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def _webp(plant: SecretMaker, whole: Callable[..., bytes] = _saved, **options: Any) -> bytes:
    data = whole("WEBP", exif=exif(plant), xmp=xmp(plant), icc_profile=profile(plant), **options)
    return _riff(data, (b"ZZZZ", plant.raw()), (b"NOTE", plant.raw())) + archive(plant)


def _lossy(plant: SecretMaker) -> bytes:
    return _webp(plant)


def _lossless(plant: SecretMaker) -> bytes:
    return _webp(plant, lossless=True)


def _moving_webp(plant: SecretMaker) -> bytes:
    return _webp(plant, _frames, duration=90)


def _clear_webp(plant: SecretMaker) -> bytes:
    image = _still().convert("RGBA")
    image.putalpha(90)
    return _webp(plant, partial(_saved, image=image))


def _gap(plant: SecretMaker) -> bytes:
    """A hole between the header and the pixels, and bytes after them."""
    whole, word = _saved("BMP"), plant.raw() + plant.raw()
    start = int.from_bytes(whole[10:14], "little")
    head = whole[:10] + struct.pack("<I", start + len(word)) + whole[14:start]
    return head + word + whole[start:] + plant.raw() + archive(plant)


def _palette_gap(plant: SecretMaker) -> bytes:
    """Colours of the palette that no pixel uses spell a word."""
    whole = bytearray(_saved("BMP", _still().convert("L").point(lambda v: v // 4).convert("P")))
    start = int.from_bytes(whole[10:14], "little")
    word = plant.raw()
    whole[start - 40 : start - 40 + len(word)] = word
    return bytes(whole) + plant.raw()


# GIF: extensions before the first picture.


def _extension(label: int, *blocks: bytes) -> bytes:
    body = b"".join(bytes([len(block)]) + block for block in blocks)
    return b"!" + bytes([label]) + body + b"\0"


def _with_extensions(data: bytes, *extensions: bytes) -> bytes:
    colours = 3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0
    start = 13 + colours
    return data[:start] + b"".join(extensions) + data[start:]


def _gif_words(plant: SecretMaker) -> tuple[bytes, ...]:
    return (
        *(_extension(0xFE, plant.raw()) for _ in range(3)),
        _extension(0xFF, b"XMP DataXMP", xmp(plant)[:250]),
        _extension(0xFF, b"ZZVENDORAPP", plant.raw()),
    )


def _still_gif(plant: SecretMaker) -> bytes:
    return _with_extensions(_saved("GIF"), *_gif_words(plant)) + archive(plant)


def _moving_gif(plant: SecretMaker) -> bytes:
    whole = _frames("GIF", duration=90, comment=plant.raw())
    return _with_extensions(whole, *_gif_words(plant)) + plant.raw()


# TIFF.


def _directory(plant: SecretMaker) -> TiffImagePlugin.ImageFileDirectory_v2:
    made = TiffImagePlugin.ImageFileDirectory_v2()
    for tag in (269, 270, 271, 272, 285, 305, 315, 316, 337, 33432):
        made[tag] = plant.text()
    for tag, body in ((700, xmp(plant)), (34377, iptc(plant)), (33723, plant.raw())):
        made[tag] = body
        made.tagtype[tag] = 7
    for tag in (37724, 50341, 65000, 65001):
        made[tag] = plant.raw()
        made.tagtype[tag] = 7
    return made


def _tiff(plant: SecretMaker) -> bytes:
    return _saved("TIFF", tiffinfo=_directory(plant), icc_profile=profile(plant)) + archive(plant)


def _packed_tiff(plant: SecretMaker) -> bytes:
    return _saved("TIFF", tiffinfo=_directory(plant), compression="tiff_lzw")


def _pages(plant: SecretMaker) -> bytes:
    return _frames("TIFF", tiffinfo=_directory(plant))


def _deep_tiff(plant: SecretMaker) -> bytes:
    return _saved("TIFF", _still().convert("I;16"), tiffinfo=_directory(plant))


# HEIC and AVIF: boxes.


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def _boxes(plant: SecretMaker) -> bytes:
    own = _box(b"uuid", b"ZZ-OWN-BOX-16-BY" + plant.raw())
    return own + _box(b"free", plant.raw()) + _box(b"skip", plant.raw()) + archive(plant)


def _heic(plant: SecretMaker) -> bytes:
    """The phone's Exif replaced by another, at the end of the file."""
    whole = bytearray(_HEIC.read_bytes())
    old = whole.index(b"Exif\0\0MM") - 4
    new = b"\0\0\0\x06" + b"Exif\0\0" + exif(plant).tobytes().removeprefix(b"Exif\0\0")
    entry = whole.index(struct.pack(">I", old))
    whole[entry : entry + 8] = struct.pack(">II", len(whole) + 8, len(new))
    return bytes(whole) + _box(b"mdat", new) + _boxes(plant)


def _heic_boxes(plant: SecretMaker) -> bytes:
    return _HEIC.read_bytes() + _boxes(plant)


def _avif(plant: SecretMaker) -> bytes:
    options: dict[str, Any] = {
        "exif": exif(plant),
        "xmp": xmp(plant),
        "icc_profile": profile(plant),
    }
    return _saved("AVIF", **options) + _boxes(plant)


def _moving_avif(plant: SecretMaker) -> bytes:
    return _frames("AVIF", exif=exif(plant), xmp=xmp(plant), duration=90) + _boxes(plant)


_WAYS: dict[str, tuple[Callable[[SecretMaker], bytes], ...]] = {
    "jpg": (
        *(_exif_and_comment, _xmp_iptc_profile, _every_segment, _thumbnail),
        *(_several_pictures, _glued, _grey, _cmyk),
    ),
    "png": (_text_chunks, _private_chunks, _after_the_end, _deep, _clear, _moving),
    "webp": (_lossy, _lossless, _clear_webp, _moving_webp),
    "bmp": (_gap, _palette_gap),
    "gif": (_still_gif, _moving_gif),
    "tiff": (_tiff, _packed_tiff, _pages, _deep_tiff),
    "heic": (_heic, _heic_boxes),
    "avif": (_avif, _moving_avif),
}
