"""Random identities: no sequence that spans people, no time inside (ANONYMITY.md §2, order)."""

from __future__ import annotations

import secrets

# Crockford's base 32: no letters that are read as digits, fit for reading aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 12


def new_public_id() -> str:
    """12 characters, 60 random bits: what stands in addresses."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class PublicIdConverter:
    """`<public_id:case_id>` in URL patterns."""

    regex = f"[{ALPHABET}]{{{PUBLIC_ID_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
