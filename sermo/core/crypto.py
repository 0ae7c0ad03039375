"""The few closed forms used everywhere: boxes under a named key, and sealed boxes to a public key.

PyNaCl only (XSalsa20-Poly1305 secret boxes, X25519 sealed boxes); no home-made cipher.
"""

from __future__ import annotations

import hashlib

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random

from sermo.core import keys


class DecryptionError(Exception):
    """The box was not closed by this key, or was changed since."""


def encrypt(key: bytes, plain: bytes) -> bytes:
    """A secret box: nonce (24 bytes) and ciphertext."""
    return bytes(SecretBox(key).encrypt(plain))


def decrypt(key: bytes, box: bytes) -> bytes:
    """What `close` closed. Raises `DecryptionError`."""
    try:
        return SecretBox(key).decrypt(box)
    except (CryptoError, ValueError):
        raise DecryptionError from None


def encrypt_with_named_key(name: keys.KeyName, purpose: str, plain: bytes) -> bytes:
    """A secret box under the current version of a named key; the version is its first two bytes."""
    key = keys.current(name)
    return key.version.to_bytes(2, "big") + encrypt(key.derive(purpose), plain)


def decrypt_with_named_key(name: keys.KeyName, purpose: str, box: bytes) -> bytes:
    """What `close_named` closed, under whichever version closed it. Raises `DecryptionError`."""
    key = keys.version(name, int.from_bytes(box[:2], "big"))
    return decrypt(key.derive(purpose), box[2:])


def encrypt_to_public_key(name: keys.KeyName, plain: bytes) -> bytes:
    """A sealed box to a named public key: anyone closes, only the private half opens."""
    key = keys.current(name)
    return key.version.to_bytes(2, "big") + SealedBox(PublicKey(key.material)).encrypt(plain)


def decrypt_with_private_key(name: keys.KeyName, box: bytes) -> bytes:
    """What `seal_to` closed, by the private half. Raises `DecryptionError`."""
    key = keys.version(name, int.from_bytes(box[:2], "big"))
    try:
        return SealedBox(PrivateKey(key.material)).decrypt(box[2:])
    except (CryptoError, ValueError):
        raise DecryptionError from None


def pad(plain: bytes, length: int) -> bytes:
    """The text at one fixed length, so that its box tells nothing by its size.

    Two bytes of length, the text, zeros. Raises `ValueError` if it does not fit.
    """
    if len(plain) + 2 > length or len(plain) > 0xFFFF:
        raise ValueError("does not fit its padding")
    return len(plain).to_bytes(2, "big") + plain + bytes(length - len(plain) - 2)


def unpad(padded: bytes) -> bytes:
    """What `pad` padded."""
    return padded[2 : 2 + int.from_bytes(padded[:2], "big")]


def fingerprint(public: bytes) -> str:
    """Twelve hex digits in groups of four, to be read out over a telephone."""
    digits = hashlib.sha256(b"sermo-key:" + public).hexdigest()[:12]
    return "-".join(digits[at : at + 4] for at in range(0, 12, 4))


def new_secret() -> bytes:
    """32 random bytes."""
    return bytes(random(32))
