"""Files that only their owner can read and that never replace another file."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from nacl.public import PrivateKey

from sermo.custody.errors import CustodyRefusal

REQUESTER_KEY_PREFIX = "SERMO_REQUESTER_KEY="
KEY_BYTES = 32


def write_new(path: Path, text: str) -> None:
    """Write a new file with mode 600. Raises `CustodyRefusal` if it exists or cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CustodyRefusal(f"{path} exists already; name another file.") from None
    except OSError:
        raise CustodyRefusal(f"{path} cannot be written.") from None
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)


def read(path: Path) -> str:
    """Raises `CustodyRefusal` if the file cannot be read as text."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        raise CustodyRefusal(f"{path} cannot be read.") from None


def new_requester_key(path: Path) -> bytes:
    """Write a new private key of one request to the file; the public key, 32 bytes.

    Raises `CustodyRefusal` as `write_new` does.
    """
    private_key = PrivateKey.generate()
    write_new(path, REQUESTER_KEY_PREFIX + base64.b64encode(bytes(private_key)).decode() + "\n")
    return bytes(private_key.public_key)


def read_requester_key(path: Path) -> bytes:
    """The private key that `new_requester_key` wrote, 32 bytes. Raises `CustodyRefusal`."""
    text = read(path).strip()
    try:
        raw = base64.b64decode(text.removeprefix(REQUESTER_KEY_PREFIX), validate=True)
    except ValueError:
        raw = b""
    if not text.startswith(REQUESTER_KEY_PREFIX) or len(raw) != KEY_BYTES:
        raise CustodyRefusal(f"{path} holds no key of a request.")
    return raw
