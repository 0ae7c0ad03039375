"""Key derivation. It imports neither Django nor the other modules of this site."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def hkdf_sha256(
    secret: bytes, *, info: str | bytes, salt: bytes | None = None, length: int = 32
) -> bytes:
    """`length` bytes derived from a secret of high entropy (RFC 5869), for the purpose `info`."""
    context = info.encode() if isinstance(info, str) else info
    return HKDF(hashes.SHA256(), length, salt=salt, info=context).derive(secret)
