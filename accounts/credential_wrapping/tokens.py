"""Wrapping under a random token of at least 128 bits: a device's cookie or a recovery code."""

from __future__ import annotations

import secrets

from accounts.credential_wrapping.member_credential import MemberCredential
from sermo.core import crypto
from sermo.core.hkdf import hkdf_sha256
from sermo.core.identifiers import fold
from sermo.core.ids import ALPHABET

# 32 characters of 5 bits: 160 bits, shown in groups of four.
RECOVERY_CODE_LENGTH = 32
RECOVERY_CODE_GROUP_LENGTH = 4
# Characters that people type for another: o for 0, i and l for 1.
_LOOK_ALIKES = str.maketrans("oil", "011")


def derive_token_key(token: str, purpose: str) -> bytes:
    """32 bytes. The token needs no password hash: it is random."""
    return hkdf_sha256(token.encode(), info=f"slot:{purpose}")


def wrap_with_token(credential: MemberCredential, token: str, purpose: str) -> bytes:
    """Ciphertext of the credential under the key of the token for this purpose."""
    return crypto.encrypt(derive_token_key(token, purpose), credential.to_bytes())


def unwrap_with_token(wrapped: bytes, token: str, purpose: str) -> MemberCredential:
    """What `wrap_with_token` wrapped. Raises `DecryptionError` for another token or purpose."""
    plaintext = crypto.decrypt(derive_token_key(token, purpose), wrapped)
    return MemberCredential.from_bytes(plaintext)


def new_recovery_code() -> str:
    """Eight groups of four letters and digits, 160 random bits."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_CODE_LENGTH)))


def normalise_recovery_code(typed: str) -> str:
    """The code that was meant: spaces, case and look-alike characters do not matter."""
    characters = fold(typed).translate(_LOOK_ALIKES)
    return _grouped("".join(character for character in characters if character in ALPHABET))


def _grouped(code: str) -> str:
    starts = range(0, len(code), RECOVERY_CODE_GROUP_LENGTH)
    return "-".join(code[start : start + RECOVERY_CODE_GROUP_LENGTH] for start in starts)
