"""Three separate storages of files: quarantine, evidence (both encrypted), images (rendered).

Names are random. Each file in the first two is encrypted under a key of its own. The row that owns
the file stores that key, encrypted; without the row the file cannot be decrypted.
"""

from __future__ import annotations

import secrets
from io import BytesIO

from django.core.files.storage import Storage, storages

from sermo.core import crypto

REPACKED_PREFIX = "repacked/"


def storage_for(name: str) -> Storage:
    """The storage named `quarantine`, `evidence` or `images`."""
    return storages[name]


def new_name() -> str:
    """A random file name: 32 hexadecimal digits, in one of 256 folders."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def store_encrypted(storage: str, plain: bytes) -> tuple[str, bytes]:
    """Encrypt and write the bytes; returns the file name and the key (32 bytes)."""
    key = crypto.new_secret()
    name = storage_for(storage).save(new_name(), BytesIO(crypto.encrypt(key, plain)))
    return name, key


def read_encrypted(storage: str, name: str, key: bytes) -> bytes:
    """The bytes that `store_encrypted` wrote.

    Raises `FileNotFoundError` if the file is missing, `DecryptionError` if the key is wrong or the
    file was changed.
    """
    with storage_for(storage).open(name) as file:
        return crypto.decrypt(key, file.read())


def store_image(rendered: bytes) -> str:
    """Write an image that this product rendered (WebP) to `images`; returns the file name."""
    return storage_for("images").save(new_name() + ".webp", BytesIO(rendered))


def repack_image(name: str) -> str:
    """Copy a published image to a new file, so that its file time is that of the batch.

    Returns the new name; the caller deletes the old file after its row has changed. Raises
    `FileNotFoundError` if the image is missing.
    """
    with storage_for("images").open(name) as file:
        return storage_for("images").save(
            f"{REPACKED_PREFIX}{new_name()}.webp", BytesIO(file.read())
        )


def is_repacked(name: str) -> bool:
    """Whether `repack_image` wrote the file."""
    return name.startswith(REPACKED_PREFIX)


def delete(storage: str, name: str) -> None:
    """Delete the file. Does nothing if it is missing or the name is empty."""
    if name:
        storage_for(storage).delete(name)
