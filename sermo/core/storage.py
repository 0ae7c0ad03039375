"""Three separate storages of files: quarantine, evidence (both encrypted), images (rendered).

Names are random. Each file in the first two is encrypted under a key of its own. The row that owns
the file stores that key, encrypted; without the row the file cannot be decrypted.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from django.core.files.storage import Storage, storages

from sermo.core import crypto

REPACKED_PREFIX = "repacked/"

# Packages of the S3 client, whose errors have no common base.
_CLIENT_PACKAGES = {"boto3", "botocore", "s3transfer", "urllib3"}


class StorageUnavailable(OSError):
    """The storage does not answer or refuses to work. A missing file is `FileNotFoundError`."""


@contextmanager
def _named_outages() -> Iterator[None]:
    """Raises `StorageUnavailable`, without the text of the error, for all but a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        is_of_client = type(error).__module__.split(".")[0] in _CLIENT_PACKAGES
        if isinstance(error, OSError) or is_of_client:
            raise StorageUnavailable(type(error).__name__) from error
        raise


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
    return _save(storage, new_name(), crypto.encrypt(key, plain)), key


def read_encrypted(storage: str, name: str, key: bytes) -> bytes:
    """The bytes that `store_encrypted` wrote.

    Raises `FileNotFoundError` if the file is missing, `DecryptionError` if the key is wrong or the
    file was changed.
    """
    return crypto.decrypt(key, read_file(storage, name))


def read_file(storage: str, name: str) -> bytes:
    """The bytes of a file. Raises `FileNotFoundError` if it is missing."""
    with _named_outages(), storage_for(storage).open(name) as file:
        return bytes(file.read())


def store_image(rendered: bytes) -> str:
    """Write an image that this product rendered (WebP) to `images`; returns the file name."""
    return _save("images", new_name() + ".webp", rendered)


def repack_image(name: str) -> str:
    """Copy a published image to a new file, so that its file time is that of the batch.

    Returns the new name; the caller deletes the old file after its row has changed. Raises
    `FileNotFoundError` if the image is missing.
    """
    return _save("images", f"{REPACKED_PREFIX}{new_name()}.webp", read_file("images", name))


def is_repacked(name: str) -> bool:
    """Whether `repack_image` wrote the file."""
    return name.startswith(REPACKED_PREFIX)


def delete(storage: str, name: str) -> None:
    """Delete the file. Does nothing if it is missing or the name is empty."""
    if name:
        with _named_outages():
            storage_for(storage).delete(name)


def _save(storage: str, name: str, content: bytes) -> str:
    """Write a new file; returns its name."""
    with _named_outages():
        return storage_for(storage).save(name, BytesIO(content))
