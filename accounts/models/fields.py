"""Column types of the identity store.

A *renewed* column holds text under the OUTER key with a random nonce, padded to one size. The night
encrypts it again in every row (`accounts.services.renewed_columns`): between two copies of the
store all rows differ, and nobody sees whose text has changed.

An e-mail column shows no address in a dump and can still be looked up by equality:

    column = "siv" <key version> ":" base64(AES-SIV(EMAIL key, normalise_email(address)))

AES-SIV (RFC 5297) without a nonce is deterministic: under one version of the key, equal addresses
give equal text.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, In

from sermo.core import coarse, crypto, keys
from sermo.core.identifiers import normalise_email, validate_email

PREFIX = "siv"


def encrypt_email(address: str, key: keys.Key | None = None) -> str:
    """The column text of an address, under this key or else the current EMAIL key."""
    key = key or keys.current(keys.KeyName.EMAIL)
    ciphertext = AESSIV(key.derive("email")).encrypt(normalise_email(address).encode(), None)
    return f"{PREFIX}{key.version}:{base64.b64encode(ciphertext).decode()}"


def encrypt_emails_with_every_key(addresses: Iterable[str]) -> list[str]:
    """Every column text these addresses can have: one for each version of the key held."""
    versions = keys.versions(keys.KeyName.EMAIL)
    return [encrypt_email(address, key) for address in addresses for key in versions]


def decrypt_email(column: str) -> str:
    """The address of a column text.

    Raises `MissingKeyError` if its key version is not held, `ValueError` if the text was changed.
    """
    encoded = column.partition(":")[2]
    key = keys.version(keys.KeyName.EMAIL, key_version(column))
    try:
        return AESSIV(key.derive("email")).decrypt(base64.b64decode(encoded), None).decode()
    except InvalidTag:
        raise ValueError("an e-mail column was changed outside this site") from None


def key_version(column: str) -> int:
    """Which version of the EMAIL key encrypted this column text."""
    return int(column.partition(":")[0].removeprefix(PREFIX))


class EncryptedEmailField(models.EmailField):  # type: ignore[type-arg]  # generic in its stubs only
    """An e-mail address in Python, AES-SIV ciphertext in the database."""

    default_validators = [validate_email]

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt_email(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt_email(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Equality and null only. Addresses have one spelling, so iexact is exact.

        Raises `FieldError` for any other look-up: it would compare ciphertext.
        """
        if lookup_name in {"exact", "iexact", "in"}:
            return EncryptedEmailLookup
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"an encrypted column has no {lookup_name}")


class EncryptedEmailLookup(In):
    """Equal to one of the addresses, under any version of the key."""

    def get_prep_lookup(self) -> Any:
        if not self.rhs_is_direct_value():
            return self.rhs
        return encrypt_emails_with_every_key([self.rhs] if isinstance(self.rhs, str) else self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Plain equality with another column (as in one of allauth's migrations)."""
        if not self.rhs_is_direct_value():
            return Exact(self.lhs, self.rhs).as_sql(compiler, connection)
        return super().as_sql(compiler, connection)


# A password hash of Argon2id has about 105 characters.
RENEWED_BYTES = 192
_RENEWED_PURPOSE = "accounts.renewed-column"


def encrypt_renewed(text: str) -> str:
    """The column of a text of at most 190 bytes: base64 of key version, nonce and ciphertext."""
    padded = crypto.pad(text.encode(), RENEWED_BYTES)
    ciphertext = crypto.encrypt_with_named_key(keys.KeyName.OUTER, _RENEWED_PURPOSE, padded)
    return base64.b64encode(ciphertext).decode()


def decrypt_renewed(column: str) -> str:
    """The text of a column.

    Raises `DecryptionError` if it was changed, `MissingKeyError` if its key version is not held.
    """
    ciphertext = base64.b64decode(column)
    padded = crypto.decrypt_with_named_key(keys.KeyName.OUTER, _RENEWED_PURPOSE, ciphertext)
    return crypto.unpad(padded).decode()


def renewed_key_version(column: str) -> int:
    """Which version of the OUTER key encrypted this column text."""
    return int.from_bytes(base64.b64decode(column[:4])[:2], "big")


class RenewedTextField(models.TextField):  # type: ignore[type-arg]  # generic in its stubs only
    """Text in Python; in the database another ciphertext after each write and each night."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else encrypt_renewed(str(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt_renewed(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Raises `FieldError` for any look-up but null: it would compare ciphertext."""
        if lookup_name != "isnull":
            raise FieldError(f"a renewed column has no {lookup_name}")
        return super().get_lookup(lookup_name)


class MonthDateTimeField(models.DateTimeField):  # type: ignore[type-arg]  # generic in its stubs only
    """A time stored as the beginning of its month.

    A history of exact sign-in times would link a user to a member.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return coarse.to_month(value) if value else value


class AuthenticatorDataField(models.JSONField):
    """The data of a second factor; `viewed_at`, when its codes were shown, is cut to the month."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict) and "viewed_at" in value:
            viewed_at = dt.datetime.fromtimestamp(value["viewed_at"], dt.UTC)
            value = {**value, "viewed_at": coarse.to_month(viewed_at).timestamp()}
        return super().get_db_prep_value(value, connection, prepared)
