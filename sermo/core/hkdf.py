"""Key derivation. Imports no Django and no other module of this site."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def hkdf_sha256(
    secret: bytes, *, info: str | bytes, salt: bytes | None = None, length: int = 32
) -> bytes:
    """Derive `length` bytes from a high-entropy secret by HKDF-SHA256 (RFC 5869).

    `info` names the purpose: different purposes give independent keys.
    """
    context = info.encode() if isinstance(info, str) else info
    return HKDF(hashes.SHA256(), length, salt=salt, info=context).derive(secret)
