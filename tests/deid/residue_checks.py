"""What a de-identified file may consist of, parsed from its bytes by rules of our own.

Not by the library that wrote it, which would not see what it does not know.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator

from PIL import Image

_PNG = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}
_WEBP = {b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF"}
_TIFF = {*range(254, 260), 262, 266, *range(273, 280), 282, 283, 284, 296, 297, 317, 320, 338, 339}
_SOS, _EOI = 0xDA, 0xD9


def remaining_secrets(data: bytes, secrets: tuple[bytes, ...]) -> list[bytes]:
    """The secrets that are left: plain, in hex, as UTF-16, or in the compressed chunks of a PNG."""
    whole = data + b"".join(_inflated(data))
    return [secret for secret in secrets if any(form in whole for form in _forms(secret))]


def _forms(secret: bytes) -> tuple[bytes, ...]:
    text = secret.decode()
    return secret, secret.hex().encode(), text.encode("utf-16-le"), text.encode("utf-16-be")


def unexpected_parts(data: bytes) -> list[str]:
    """Parts that are neither pixels nor needed to read them; empty for a clean file."""
    image = Image.open(io.BytesIO(data))
    return _READERS[image.format or ""](data)


def _inflated(data: bytes) -> Iterator[bytes]:
    if not data.startswith(b"\x89PNG"):
        return
    for name, body in _png_chunks(data):
        start = body.find(b"\0\x78") + 1 or body.find(b"\x78\x9c")
        if name in (b"zTXt", b"iTXt", b"iCCP") and start > 0:
            yield zlib.decompressobj().decompress(body[start:], 1_000_000)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += size + 12
        if data[at - size - 8 : at - size - 4] == b"IEND":
            break
    if at < len(data):
        yield b"(after the end)", data[at:]


def _png(data: bytes) -> list[str]:
    return [repr(name) for name, _body in _png_chunks(data) if name not in _PNG]


def _jpeg(data: bytes) -> list[str]:
    odd, at = [], 2
    while data[at + 1] != _SOS:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if (0xE1 <= marker <= 0xEF) or marker == 0xFE or (marker == 0xE0 and size > 16):
            odd.append(f"segment {marker:x}")
        at += size + 2
    if data.find(b"\xff\xd9", at) != len(data) - 2:
        odd.append("after the end")
    return odd


def _webp(data: bytes) -> list[str]:
    odd, at = [], 12
    while at < len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name not in _WEBP:
            odd.append(repr(name))
        at += 8 + size + size % 2
    return odd


def _gif(data: bytes) -> list[str]:
    odd, at = [], 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while data[at] != 0x3B:
        kind, label = data[at], data[at + 1]
        if kind == 0x2C:
            colours = data[at + 9]
            at += 10 + (3 << ((colours & 7) + 1) if colours & 0x80 else 0) + 1
        else:
            loop = data[at + 3 : at + 14] == b"NETSCAPE2.0"
            if label != 0xF9 and not (label == 0xFF and loop):
                odd.append(f"extension {label:x}")
            at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    return odd if at == len(data) - 1 else [*odd, "after the end"]


def _tiff(data: bytes) -> list[str]:
    order = "<" if data[:2] == b"II" else ">"
    odd, at = [], struct.unpack(order + "I", data[4:8])[0]
    while at:
        count = struct.unpack(order + "H", data[at : at + 2])[0]
        places = range(at + 2, at + 2 + 12 * count, 12)
        tags = [struct.unpack(order + "H", data[place : place + 2])[0] for place in places]
        odd += [f"tag {tag}" for tag in tags if tag not in _TIFF]
        at = struct.unpack(order + "I", data[at + 2 + 12 * count : at + 6 + 12 * count])[0]
    return odd


def _bmp(data: bytes) -> list[str]:
    start, size = struct.unpack("<I", data[10:14])[0], struct.unpack("<I", data[2:6])[0]
    return [] if start == 54 and size == len(data) else ["a gap, or after the end"]


_READERS: dict[str, Callable[[bytes], list[str]]] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "WEBP": _webp,
    "GIF": _gif,
    "TIFF": _tiff,
    "BMP": _bmp,
}
