"""Three places for files that never mix: quarantine and evidence (closed), images (rendered).

Names are random. A file in the first two is a secret box under a key of its own, and that key is
kept, wrapped, in the row that owns the file: without the row the file is noise.
"""

from __future__ import annotations

import secrets
from io import BytesIO

from django.core.files.storage import Storage, storages

from sermo.core import crypto

SETTLED = "settled/"


def place(name: str) -> Storage:
    """`quarantine`, `evidence` or `images`."""
    return storages[name]


def new_name() -> str:
    """A random name: 32 hex digits, in 256 folders."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def store_closed(where: str, plain: bytes) -> tuple[str, bytes]:
    """Write the bytes as a secret box; its name, and the key that opens it (32 bytes)."""
    key = crypto.new_secret()
    name = place(where).save(new_name(), BytesIO(crypto.encrypt(key, plain)))
    return name, key


def read_closed(where: str, name: str, key: bytes) -> bytes:
    """What `store_closed` wrote. Raises `DecryptionError`, `FileNotFoundError`."""
    with place(where).open(name) as file:
        return crypto.decrypt(key, file.read())


def store_image(rendered: bytes) -> str:
    """Write an image this product rendered itself, where members may be served it from."""
    return place("images").save(new_name() + ".webp", BytesIO(rendered))


def settle_image(name: str) -> str:
    """Write a published image anew, so that its time is that of a batch; the new name.

    Raises `FileNotFoundError`. The old file stays until its row no longer names it.
    """
    with place("images").open(name) as file:
        return place("images").save(f"{SETTLED}{new_name()}.webp", BytesIO(file.read()))


def is_settled(name: str) -> bool:
    """Whether `settle_image` wrote it."""
    return name.startswith(SETTLED)


def delete(where: str, name: str) -> None:
    """Delete the file; a missing one is already deleted."""
    if name:
        place(where).delete(name)
