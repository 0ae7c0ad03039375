"""Encryption, used by all apps: under a symmetric key, and to a public key.

PyNaCl only: secret boxes (XSalsa20-Poly1305) and sealed boxes (X25519).
"""

from __future__ import annotations

import hashlib

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random

from sermo.core import keys

# In front of a text at a multiple of a step.
LENGTH_BYTES = 4


class DecryptionError(Exception):
    """The ciphertext was made with another key, or was changed."""


def encrypt(key: bytes, plain: bytes) -> bytes:
    """Encrypt under a 32-byte key: returns a random nonce (24 bytes) and the ciphertext."""
    return bytes(SecretBox(key).encrypt(plain))


def decrypt(key: bytes, ciphertext: bytes) -> bytes:
    """The plaintext of `encrypt`. Raises `DecryptionError` if the key or the content is wrong."""
    try:
        return SecretBox(key).decrypt(ciphertext)
    except (CryptoError, ValueError):
        raise DecryptionError from None


def encrypt_with_named_key(name: keys.KeyName, purpose: str, plain: bytes) -> bytes:
    """Encrypt under the current version of a named key.

    Returns the version (two bytes, big-endian) and the output of `encrypt`. Ciphertexts of one
    purpose cannot be decrypted for another. Raises `MissingKeyError` if the key is not set.
    """
    key = keys.current(name)
    return key.version.to_bytes(2, "big") + encrypt(key.derive(purpose), plain)


def decrypt_with_named_key(name: keys.KeyName, purpose: str, ciphertext: bytes) -> bytes:
    """The plaintext of `encrypt_with_named_key`, under the version that encrypted it.

    Raises `DecryptionError` if the purpose or the content is wrong, `MissingKeyError` if this
    process no longer holds that version.
    """
    key = keys.version(name, int.from_bytes(ciphertext[:2], "big"))
    return decrypt(key.derive(purpose), ciphertext[2:])


def encrypt_to_public_key(name: keys.KeyName, plain: bytes) -> bytes:
    """Encrypt to a named public key: only the private key decrypts.

    Returns the version (two bytes, big-endian) and the ciphertext. Raises `MissingKeyError` if the
    key is not set.
    """
    key = keys.current(name)
    return key.version.to_bytes(2, "big") + SealedBox(PublicKey(key.material)).encrypt(plain)


def decrypt_with_private_key(name: keys.KeyName, ciphertext: bytes) -> bytes:
    """The plaintext of `encrypt_to_public_key`.

    Raises `DecryptionError` if the content is wrong, `MissingKeyError` if this process does not
    hold the private key in that version.
    """
    key = keys.version(name, int.from_bytes(ciphertext[:2], "big"))
    try:
        return SealedBox(PrivateKey(key.material)).decrypt(ciphertext[2:])
    except (CryptoError, ValueError):
        raise DecryptionError from None


def pad(plain: bytes, length: int) -> bytes:
    """Pad to `length` bytes, so that the size of the ciphertext does not reveal that of the text.

    The result is two bytes of length (big-endian), the text, and zeros. Raises `ValueError` if the
    text is longer than `length` - 2.
    """
    if len(plain) + 2 > length or len(plain) > 0xFFFF:
        raise ValueError("does not fit its padding")
    return len(plain).to_bytes(2, "big") + plain + bytes(length - len(plain) - 2)


def unpad(padded: bytes) -> bytes:
    """The text that `pad` padded."""
    return padded[2 : 2 + int.from_bytes(padded[:2], "big")]


def pad_to_multiple(plain: bytes, step: int) -> bytes:
    """The text at a multiple of `step` bytes, so that its ciphertext tells little by its size.

    Four bytes of length, the text, zeros.
    """
    framed = len(plain).to_bytes(LENGTH_BYTES, "big") + plain
    return framed + bytes(-len(framed) % step)


def unpad_multiple(padded: bytes) -> bytes:
    """What `pad_to_multiple` padded."""
    return padded[LENGTH_BYTES : LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES], "big")]


def fingerprint(public: bytes) -> str:
    """12 hexadecimal digits in groups of four, for people who compare keys by telephone."""
    digits = hashlib.sha256(b"sermo-key:" + public).hexdigest()[:12]
    return "-".join(digits[start : start + 4] for start in range(0, 12, 4))


def new_secret() -> bytes:
    """32 random bytes: a key, or the secret of a member."""
    return bytes(random(32))
