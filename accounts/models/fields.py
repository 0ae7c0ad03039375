"""The e-mail column: sealed so that a dump shows no address, and still found by equality.

    column = "siv" <version> ":" base64(AES-SIV(EMAIL, address in lower case))

AES-SIV (RFC 5297) without a nonce: under one version of the key, equal addresses give equal text.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, In

from sermo.core import keys

PREFIX = "siv"


def encrypt_email(address: str, key: keys.Key | None = None) -> str:
    """The column for an address, under the current key or the one given."""
    key = key or keys.current(keys.KeyName.EMAIL)
    sealed = AESSIV(key.derive("email")).encrypt(_normalise(address).encode(), None)
    return f"{PREFIX}{key.version}:{base64.b64encode(sealed).decode()}"


def encrypt_emails_with_every_key(addresses: Iterable[str]) -> list[str]:
    """Every column the addresses may have: under each version of the key held."""
    versions = keys.versions(keys.KeyName.EMAIL)
    return [encrypt_email(address, key) for address in addresses for key in versions]


def decrypt_email(column: str) -> str:
    """The address `seal` sealed. Raises `MissingKeyError`, `ValueError`."""
    sealed = column.partition(":")[2]
    key = keys.version(keys.KeyName.EMAIL, key_version(column))
    try:
        return AESSIV(key.derive("email")).decrypt(base64.b64decode(sealed), None).decode()
    except InvalidTag:
        raise ValueError("an e-mail column was changed outside this site") from None


def key_version(column: str) -> int:
    """Which version of the key sealed it."""
    return int(column.partition(":")[0].removeprefix(PREFIX))


def _normalise(address: str) -> str:
    return address.strip().lower()


class EncryptedEmailField(models.EmailField):  # type: ignore[type-arg]  # generic in its stubs only
    """Looks like an e-mail address to Python and like noise to the database."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt_email(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt_email(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only equality means anything on noise; addresses are folded, so iexact is exact."""
        if lookup_name in {"exact", "iexact", "in"}:
            return EncryptedEmailLookup
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"a sealed column has no {lookup_name}")


class EncryptedEmailLookup(In):
    """One address or several, whichever version of the key sealed them."""

    def get_prep_lookup(self) -> Any:
        if not self.rhs_is_direct_value():
            return self.rhs
        return encrypt_emails_with_every_key([self.rhs] if isinstance(self.rhs, str) else self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """With another column (one of allauth's migrations asks so) it is noise against noise."""
        if not self.rhs_is_direct_value():
            return Exact(self.lhs, self.rhs).as_sql(compiler, connection)
        return super().as_sql(compiler, connection)
