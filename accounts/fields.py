"""The e-mail column: sealed so that a dump shows no address, and still found by equality."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.core.exceptions import FieldError
from django.db import models

from sermo.core import keys

PREFIX = "siv"


def seal(address: str) -> str:
    """`siv<version>:<base64>`; AES-SIV (RFC 5297) without nonce: equal addresses, equal text."""
    key = keys.current(keys.Name.EML)
    sealed = AESSIV(key.derive("email")).encrypt(address.strip().lower().encode(), None)
    return f"{PREFIX}{key.version}:{base64.b64encode(sealed).decode()}"


def unseal(column: str) -> str:
    """The address `seal` sealed. Raises `KeyMissing`, `ValueError`."""
    head, _, sealed = column.partition(":")
    key = keys.version(keys.Name.EML, int(head.removeprefix(PREFIX)))
    try:
        return AESSIV(key.derive("email")).decrypt(base64.b64decode(sealed), None).decode()
    except InvalidTag:
        raise ValueError("an e-mail column was changed outside this site") from None


class SealedEmailField(models.EmailField):  # type: ignore[type-arg]  # generic in its stubs only
    """Looks like an e-mail address to Python and like noise to the database."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return seal(value) if value and not value.startswith(PREFIX) else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return unseal(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only equality means anything on noise; addresses are folded, so iexact is exact."""
        if lookup_name in {"exact", "iexact"}:
            return super().get_lookup("exact")
        if lookup_name in {"in", "isnull"}:
            return super().get_lookup(lookup_name)
        raise FieldError(f"a sealed column has no {lookup_name}")
