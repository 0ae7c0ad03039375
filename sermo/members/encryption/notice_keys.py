"""The key pair of a member's notices."""

from __future__ import annotations

import hashlib
import hmac

from nacl.public import PrivateKey


def notice_key_pair(secret: bytes) -> PrivateKey:
    """The key pair derived from a member secret: only the member's session has the private key."""
    return PrivateKey(hmac.new(secret, b"notice-key", hashlib.sha256).digest())


def notice_public_key(secret: bytes) -> bytes:
    """The public key, 32 bytes, as the member's row has it."""
    return bytes(notice_key_pair(secret).public_key)
