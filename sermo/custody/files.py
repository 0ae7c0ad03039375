"""Files of a ceremony: written once, readable by their owner alone, never over another."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from nacl.public import PrivateKey

from sermo.custody.ceremony import Refused

REQUESTER = "SERMO_CEREMONY_KEY="


def write_new(path: Path, text: str) -> None:
    """Raises `Refused` where a file stands already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path} exists already; name another file.") from None
    except OSError:
        raise Refused(f"{path} cannot be written.") from None
    with os.fdopen(handle, "w") as stream:
        stream.write(text)


def read(path: Path) -> str:
    """Raises `Refused`."""
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        raise Refused(f"{path} cannot be read.") from None


def new_requester_key(path: Path) -> bytes:
    """A key for one request; the public half. The private half lies in the file."""
    private = PrivateKey.generate()
    write_new(path, REQUESTER + base64.b64encode(bytes(private)).decode() + "\n")
    return bytes(private.public_key)


def read_requester_key(path: Path) -> bytes:
    """The private half that `new_requester_key` wrote. Raises `Refused`."""
    text = read(path).strip()
    try:
        raw = base64.b64decode(text.removeprefix(REQUESTER), validate=True)
    except ValueError:
        raw = b""
    if not text.startswith(REQUESTER) or len(raw) != 32:
        raise Refused(f"{path} holds no key of a request.")
    return raw
