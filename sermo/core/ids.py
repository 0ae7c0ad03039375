"""Random public ids: they reveal neither time nor order (docs/design/anonymity.md)."""

from __future__ import annotations

import secrets

# Crockford's base 32: leaves out letters that look like digits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 12


def new_public_id() -> str:
    """12 characters with 60 random bits, for URLs."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class PublicIdConverter:
    """The path converter `public_id`, as in `<public_id:case_id>`."""

    regex = f"[{ALPHABET}]{{{PUBLIC_ID_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
