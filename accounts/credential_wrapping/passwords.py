"""Wrapping under a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings
from nacl import pwhash

from accounts.credential_wrapping.member_credential import MemberCredential
from sermo.core import crypto, keys

SALT_BYTES = pwhash.argon2id.SALTBYTES


def derive_password_key(password: str, salt: bytes, pepper: keys.Key) -> bytes:
    """32 bytes. Costs one Argon2id (settings PASSWORD_SLOT_OPSLIMIT and PASSWORD_SLOT_MEMLIMIT)."""
    stretched = pwhash.argon2id.kdf(
        32,
        password.encode(),
        salt,
        opslimit=settings.PASSWORD_SLOT_OPSLIMIT,
        memlimit=settings.PASSWORD_SLOT_MEMLIMIT,
    )
    return hmac.new(pepper.derive("password-slot"), stretched, hashlib.sha256).digest()


def wrap_with_password(credential: MemberCredential, password: str) -> tuple[bytes, bytes]:
    """Salt and ciphertext. The ciphertext begins with the version of the pepper, two bytes."""
    salt, pepper = secrets.token_bytes(SALT_BYTES), keys.current(keys.KeyName.PEPPER)
    key = derive_password_key(password, salt, pepper)
    return salt, pepper.version.to_bytes(2, "big") + crypto.encrypt(key, credential.to_bytes())


def unwrap_with_password(salt: bytes, wrapped: bytes, password: str) -> MemberCredential:
    """What `wrap_with_password` wrapped.

    Raises `DecryptionError` for another password, `MissingKeyError` if the version of the pepper
    is not held.
    """
    pepper = keys.version(keys.KeyName.PEPPER, int.from_bytes(wrapped[:2], "big"))
    key = derive_password_key(password, salt, pepper)
    return MemberCredential.from_bytes(crypto.decrypt(key, wrapped[2:]))


def uses_current_pepper(wrapped: bytes) -> bool:
    """Whether it was wrapped under the version of the pepper in use now."""
    return int.from_bytes(wrapped[:2], "big") == keys.current(keys.KeyName.PEPPER).version


def equalise_timing(password: str) -> None:
    """The work of unwrapping, where there is no slot: time must not tell whether there is one."""
    derive_password_key(password, bytes(SALT_BYTES), keys.current(keys.KeyName.PEPPER))
