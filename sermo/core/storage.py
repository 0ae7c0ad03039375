"""Three places for files that never mix: quarantine and evidence (closed), images (rendered).

Names are random. A file in the first two is a secret box under a key of its own, and that key is
kept, wrapped, in the row that owns the file: without the row the file is noise.
"""

from __future__ import annotations

import secrets
from io import BytesIO

from django.core.files.storage import Storage, storages

from sermo.core import crypto

REPACKED_PREFIX = "repacked/"


def storage_for(name: str) -> Storage:
    """`quarantine`, `evidence` or `images`."""
    return storages[name]


def new_name() -> str:
    """A random name: 32 hex digits, in 256 folders."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def store_encrypted(where: str, plain: bytes) -> tuple[str, bytes]:
    """Write the bytes as a secret box; its name, and the key that opens it (32 bytes)."""
    key = crypto.new_secret()
    name = storage_for(where).save(new_name(), BytesIO(crypto.encrypt(key, plain)))
    return name, key


def read_encrypted(where: str, name: str, key: bytes) -> bytes:
    """What `store_closed` wrote. Raises `DecryptionError`, `FileNotFoundError`."""
    with storage_for(where).open(name) as file:
        return crypto.decrypt(key, file.read())


def store_image(rendered: bytes) -> str:
    """Write an image this product rendered itself, where members may be served it from."""
    return storage_for("images").save(new_name() + ".webp", BytesIO(rendered))


def repack_image(name: str) -> str:
    """Write a published image anew, so that its time is that of a batch; the new name.

    Raises `FileNotFoundError`. The old file stays until its row no longer names it.
    """
    with storage_for("images").open(name) as file:
        return storage_for("images").save(
            f"{REPACKED_PREFIX}{new_name()}.webp", BytesIO(file.read())
        )


def is_repacked(name: str) -> bool:
    """Whether `settle_image` wrote it."""
    return name.startswith(REPACKED_PREFIX)


def delete(where: str, name: str) -> None:
    """Delete the file; a missing one is already deleted."""
    if name:
        storage_for(where).delete(name)
