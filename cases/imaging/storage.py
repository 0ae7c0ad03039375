"""The files of an image: closed ones in quarantine, and what was rendered for members."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cases.deid.results import Frame
from cases.models import Image
from sermo.core import crypto, keys, storage

# Where, and under which name.
StoredFile = tuple[str, str]

_PURPOSE = "cases.image"
_MANIFEST = "frames.json"


def write_encrypted(plain: bytes) -> tuple[str, bytes]:
    """Write to quarantine; the file's name, and its key wrapped for the row."""
    name, key = storage.store_encrypted("quarantine", plain)
    return name, crypto.encrypt_with_named_key(keys.KeyName.FIELD, _PURPOSE, key)


def read_encrypted(name: str, wrapped: bytes) -> bytes:
    """What `put_closed` wrote. Raises `DecryptionError`, `FileNotFoundError`."""
    key = crypto.decrypt_with_named_key(keys.KeyName.FIELD, _PURPOSE, wrapped)
    return storage.read_encrypted("quarantine", name, key)


def all_files(image: Image) -> list[StoredFile]:
    """Every file the image has."""
    return encrypted_files(image) + rendered_files(image)


def encrypted_files(image: Image) -> list[StoredFile]:
    names = (image.original, image.working, image.preview)
    return [("quarantine", name) for name in names if name]


def rendered_files(image: Image) -> list[StoredFile]:
    return [("images", name) for name, _width, _height in image.renditions.values()]


def delete_files(doomed: Iterable[StoredFile]) -> None:
    for where, name in doomed:
        storage.delete(where, name)


def pack_frames(frames: Iterable[Frame]) -> bytes:
    """The frames as one archive, to keep closed until the author has looked."""
    packed = io.BytesIO()
    facts: list[dict[str, Any]] = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, frame in enumerate(frames):
            archive.write(frame.path, f"{number}.png")
            facts.append(frame.as_json() | {"path": f"{number}.png"})
        archive.writestr(_MANIFEST, json.dumps(facts))
    return packed.getvalue()


def unpack_frames(packed: bytes, directory: Path) -> list[Frame]:
    """What `pack_frames` packed, in a directory of the caller."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        facts = json.loads(archive.read(_MANIFEST))
        for fact in facts:
            (directory / fact["path"]).write_bytes(archive.read(fact["path"]))
    return [Frame.from_json(fact | {"path": directory / fact["path"]}) for fact in facts]


def pack_previews(paths: Iterable[Path]) -> bytes:
    """One small picture of each frame, for the author's look."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, path in enumerate(paths):
            archive.write(path, f"{number}.webp")
    return packed.getvalue()


def read_preview(image: Image, frame: int) -> bytes:
    """The WebP of one frame. Raises `KeyError` for a frame that is not there."""
    with zipfile.ZipFile(io.BytesIO(read_encrypted(image.preview, image.preview_key))) as archive:
        return archive.read(f"{frame}.webp")
