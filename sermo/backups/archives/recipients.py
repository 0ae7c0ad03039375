"""The key pair of a store's backups. Two of three people together hold the private half.

For each pair of holders the private key is the exclusive or of two pieces, one random. A holder has
two pieces, one for each other holder; one holder alone has nothing but random bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from sermo.backups.errors import DamagedArchiveError, RefusedError
from sermo.core.crypto import fingerprint

KEY_BYTES = 32
HOLDER_PAIRS = ("1-2", "1-3", "2-3")
N_HOLDERS = 3
_FORMAT = "sermo-backup-holder-1"


@dataclass(frozen=True)
class NewPair:
    """A public key in base64, and the pieces of each holder by pair."""

    public: str
    pieces: dict[int, dict[str, str]]


def parse_public(text: str) -> bytes:
    """The 32 bytes of a public key in base64. Raises `RefusedError`."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise RefusedError("A public key of backups is base64 of 32 bytes: run make_backup_key.")
    return key


def new_pair() -> NewPair:
    """A new key pair, its private half in pieces; nobody keeps it whole."""
    private_key = PrivateKey.generate()
    pieces: dict[int, dict[str, str]] = {number: {} for number in range(1, N_HOLDERS + 1)}
    for pair in HOLDER_PAIRS:
        first, second = (int(number) for number in pair.split("-"))
        random = secrets.token_bytes(KEY_BYTES)
        pieces[first][pair] = _text(random)
        pieces[second][pair] = _text(_xor(random, bytes(private_key)))
    return NewPair(_text(bytes(private_key.public_key)), pieces)


def dump_holder(number: int, pairs: dict[str, NewPair]) -> str:
    """The file of one holder: the pieces of this holder, by store."""
    stores = {store: pair.pieces[number] for store, pair in pairs.items()}
    return json.dumps({"format": _FORMAT, "holder": number, "stores": stores}, indent=2) + "\n"


def private_key_of(store: str, files: Iterable[str]) -> bytes:
    """The private key of a store, from the files of two holders.

    Raises `RefusedError` unless they are files of two different holders.
    """
    holders: dict[int, dict[str, str]] = {}
    for text in files:
        number, pieces = _load_holder(text, store)
        holders[number] = pieces
    if len(holders) != 2:
        raise RefusedError("Name the files of two holders: --key FILE --key FILE.")
    pair = "-".join(str(number) for number in sorted(holders))
    first, second = (base64.b64decode(pieces[pair]) for pieces in holders.values())
    return _xor(first, second)


def _load_holder(text: str, store: str) -> tuple[int, dict[str, str]]:
    try:
        fields: dict[str, Any] = json.loads(text)
        if fields["format"] != _FORMAT:
            raise KeyError
        return int(fields["holder"]), dict(fields["stores"][store])
    except (ValueError, KeyError, TypeError):
        raise RefusedError("A file named by --key holds no piece of a backup key.") from None


def seal(public_key: bytes, plain: bytes) -> bytes:
    """Encrypt to the public key; 48 bytes longer than the text."""
    return SealedBox(PublicKey(public_key)).encrypt(plain)


def unseal(private_key: bytes, sealed: bytes) -> bytes:
    """What `seal` encrypted. Raises `DamagedArchiveError` for another key or changed bytes."""
    try:
        return SealedBox(PrivateKey(private_key)).decrypt(sealed)
    except (CryptoError, ValueError):
        raise DamagedArchiveError(
            "These keys do not open this archive: it is for others, or its beginning was changed."
        ) from None


def key_fingerprint(public_key: bytes) -> str:
    """What two people compare before they trust a public key."""
    return fingerprint(public_key)


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
