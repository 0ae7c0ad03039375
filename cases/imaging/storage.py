"""The files of a picture: encrypted ones in quarantine, and renditions for members."""

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

# The storage ("quarantine" or "images") and the name in it.
StoredFile = tuple[str, str]

_KEY_PURPOSE = "cases.image"
_MANIFEST = "frames.json"


def write_encrypted(plain: bytes) -> tuple[str, bytes]:
    """Encrypt into quarantine. Returns the name of the file and its wrapped key."""
    name, key = storage.store_encrypted("quarantine", plain)
    return name, crypto.encrypt_with_named_key(keys.KeyName.FIELD, _KEY_PURPOSE, key)


def read_encrypted(name: str, wrapped_key: bytes) -> bytes:
    """What `write_encrypted` wrote. Raises `DecryptionError`, `FileNotFoundError`."""
    key = crypto.decrypt_with_named_key(keys.KeyName.FIELD, _KEY_PURPOSE, wrapped_key)
    return storage.read_encrypted("quarantine", name, key)


def all_files(image: Image) -> list[StoredFile]:
    return encrypted_files(image) + rendered_files(image)


def encrypted_files(image: Image) -> list[StoredFile]:
    """The original, the working copy and the preview, as far as they exist."""
    names = (image.original, image.working, image.preview)
    return [("quarantine", name) for name in names if name]


def rendered_files(image: Image) -> list[StoredFile]:
    """The renditions that members are served."""
    return [("images", name) for name, _width, _height in image.renditions.values()]


def read_rendition(image: Image, label: str) -> bytes:
    """One rendition. Raises KeyError for an unknown label, `FileNotFoundError`."""
    return storage.read_file("images", image.renditions[label][0])


def delete_files(files: Iterable[StoredFile]) -> None:
    for storage_name, name in files:
        storage.delete(storage_name, name)


def pack_frames(frames: Iterable[Frame]) -> bytes:
    """The frames as one ZIP archive with a manifest, for the working copy."""
    packed = io.BytesIO()
    manifest: list[dict[str, Any]] = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, frame in enumerate(frames):
            archive.write(frame.path, f"{number}.png")
            manifest.append(frame.as_json() | {"path": f"{number}.png"})
        archive.writestr(_MANIFEST, json.dumps(manifest))
    return packed.getvalue()


def unpack_frames(packed: bytes, directory: Path) -> list[Frame]:
    """Write what `pack_frames` packed into the caller's directory."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        manifest = json.loads(archive.read(_MANIFEST))
        for entry in manifest:
            (directory / entry["path"]).write_bytes(archive.read(entry["path"]))
    return [Frame.from_json(entry | {"path": directory / entry["path"]}) for entry in manifest]


def pack_previews(paths: Iterable[Path]) -> bytes:
    """One WebP preview of each frame as one ZIP archive, for the author's review."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, path in enumerate(paths):
            archive.write(path, f"{number}.webp")
    return packed.getvalue()


def read_preview(image: Image, frame: int) -> bytes:
    """The WebP preview of one frame.

    Raises KeyError for a frame that does not exist, `DecryptionError`, `FileNotFoundError`.
    """
    with zipfile.ZipFile(io.BytesIO(read_encrypted(image.preview, image.preview_key))) as archive:
        return archive.read(f"{frame}.webp")
