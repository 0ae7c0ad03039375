"""Metadata blocks with an invented secret in every place that they have for text."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image, ImageCms


@dataclass
class SecretMaker:
    """Makes secrets and lists them."""

    secrets: list[bytes] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def text(self) -> str:
        word = f"ZQ{next(self._numbers):05}XV"
        self.secrets.append(word.encode())
        return word

    def raw(self) -> bytes:
        return self.text().encode()


@dataclass(frozen=True)
class PlantedFile:
    """One file: its name, its content, and the secrets in it."""

    name: str
    data: bytes
    secrets: tuple[bytes, ...]


def exif(plant: SecretMaker) -> Image.Exif:
    """Names, places, numbers of devices, a maker's note and words in UTF-16."""
    made = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x013C, 0x8298, 0x010D):
        made[tag] = plant.text()
    for tag in (0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F):
        made[tag] = plant.text().encode("utf-16-le") + b"\0\0"
    inner = made.get_ifd(0x8769)
    for tag in (0xA430, 0xA431, 0xA433, 0xA434, 0xA435, 0xA420, 0x8824):
        inner[tag] = plant.text()
    inner[0x927C] = b"MAKER\0" + plant.raw()
    inner[0x9286] = b"ASCII\0\0\0" + plant.raw()
    place = made.get_ifd(0x8825)
    place[1], place[2], place[0x1C] = "N", (51.0, 28.0, 38.0), b"ASCII\0\0\0" + plant.raw()
    place[0x1B], place[0x08] = b"ASCII\0\0\0" + plant.raw(), plant.text()
    return made


def xmp(plant: SecretMaker) -> bytes:
    """A packet with a title, a creator and a place."""
    return (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf="
        "'http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<rdf:Description dc:title='{plant.text()}' dc:creator='{plant.text()}'>"
        f"<photoshop:City>{plant.text()}</photoshop:City></rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def iptc(plant: SecretMaker) -> bytes:
    """By-line, caption and keywords in an image resource block."""
    records = b""
    for number in (80, 120, 25, 90):
        word = plant.raw()
        records += b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(word)) + word
    return (
        b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records + b"\0" * 4
    )


def profile(plant: SecretMaker) -> bytes:
    """An sRGB profile whose description and copyright are secrets."""
    plain = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for tag in (b"desc", b"cprt"):
        entry = plain.index(tag, 128)
        place = int.from_bytes(plain[entry + 4 : entry + 8], "big")
        word = plant.text().encode("utf-16-be")
        plain[place + 28 : place + 28 + len(word)] = word
    return bytes(plain)


def archive(plant: SecretMaker) -> bytes:
    """A ZIP, as glued to the end of a picture."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(plant.text() + ".txt", plant.raw())
        made.comment = plant.raw()
    return out.getvalue()
