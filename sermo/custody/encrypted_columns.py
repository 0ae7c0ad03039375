"""Every column that is encrypted under a named key: what a key rotation has to encrypt again.

Ciphertexts inside blinded rows are apart: those of credential slots
(`sermo.custody.slot_rotation`) and identity escrows (`sermo.custody.escrow_rotation`).

A test compares this list with the source (tests/custody/test_key_rotation.py): a new use of a
named key is added here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connections, models

from accounts.models import Custodian, EncryptedEmail, User
from accounts.models import fields as email
from cases.models import Image
from sermo.core import crypto, keys
from sermo.core.keys import KeyName
from sermo.members.models import AbstractPost, AuthorCapsule, LineTally, MemberJob, ShownLine
from sermo.moderation.models import AuthorDisclosure
from sermo.notifications import models as notifications
from verification.models import SocialSecurityNumber

BATCH_SIZE = 1000
# Reads the version of the key from a value.
VersionReader = Callable[[Any], int]


@dataclass(frozen=True)
class EncryptedColumn:
    """One column under one key. `rewrap` runs where the private key is."""

    key: KeyName
    model: type[models.Model]
    field: str
    rewrap: Callable[[Any], Any]
    version: VersionReader = lambda value: int.from_bytes(bytes(value)[:2], "big")
    # Column and value: only these rows.
    only: tuple[tuple[str, Any], ...] = ()

    @property
    def alias(self) -> str:
        return self.model._default_manager.db

    def _names(self) -> tuple[str, str, str]:
        """Quoted names of table, primary key and column."""
        quote = connections[self.alias].ops.quote_name
        field, key = self.model._meta.get_field(self.field), self.model._meta.pk
        if not isinstance(field, models.Field) or field.column is None or key.column is None:
            raise TypeError(f"{self.field} is no column")
        return quote(self.model._meta.db_table), quote(key.column), quote(field.column)

    def rows(self) -> Iterator[tuple[Any, Any]]:
        """Primary key and raw value of each row that has a value, in batches by primary key."""
        last = None
        while batch := self._batch(last):
            last = batch[-1][0]
            for key, value in batch:
                raw = bytes(value) if isinstance(value, memoryview) else value
                if raw:
                    yield key, raw

    def _batch(self, after: Any) -> list[tuple[Any, Any]]:
        table, pk, column = self._names()
        quote = connections[self.alias].ops.quote_name
        where = "".join(f" AND {quote(name)} = %s" for name, _ in self.only)
        values = [value for _, value in self.only]
        if after is not None:
            where, values = f"{where} AND {pk} > %s", [*values, after]
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                f"SELECT {pk}, {column} FROM {table} "  # noqa: S608  # our names
                f"WHERE {column} IS NOT NULL{where} ORDER BY {pk} LIMIT {BATCH_SIZE}",
                values,
            )
            batch: list[tuple[Any, Any]] = cursor.fetchall()
            return batch

    def compare_and_set(self, pk: Any, before: Any, after: Any) -> bool:
        """Write `after` if the value is still `before`; whether it was."""
        table, primary_key, column = self._names()
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {column} = %s "  # noqa: S608  # our names
                f"WHERE {primary_key} = %s AND {column} = %s",
                [after, pk, before],
            )
            return bool(cursor.rowcount)


def encrypted_columns() -> list[EncryptedColumn]:
    """All of them. Posts are found by their base class, not listed."""
    return [
        *_under_field_key(),
        *_under_email_key(),
        *_under_outer_key(),
        *_under_public_keys(),
    ]


def _under_field_key() -> Iterator[EncryptedColumn]:
    yield _field_column(User, "wrapped_data_key", "data-key")
    yield _field_column(Custodian, "encrypted_holder", "custodian")
    yield _field_column(AuthorDisclosure, "encrypted_request", "author-disclosure")
    for field in ("original_key", "working_key", "preview_key"):
        yield _field_column(Image, field, "cases.image")
    yield _field_column(SocialSecurityNumber, "wrapped_key", "verification.ssn-key")
    yield EncryptedColumn(
        KeyName.FIELD,
        Authenticator,
        "data",
        _rewrap_authenticator,
        version=_authenticator_key_version,
    )


def _field_column(model: type[models.Model], field: str, purpose: str) -> EncryptedColumn:
    def rewrap(ciphertext: bytes) -> bytes:
        plaintext = crypto.decrypt_with_named_key(KeyName.FIELD, purpose, ciphertext)
        return crypto.encrypt_with_named_key(KeyName.FIELD, purpose, plaintext)

    return EncryptedColumn(KeyName.FIELD, model, field, rewrap)


# allauth keeps one of these in the JSON of a second factor, encrypted by our adapter.
_AUTHENTICATOR_SECRETS = ("secret", "seed")


def _authenticator_ciphertexts(data: Any) -> dict[str, bytes]:
    fields = json.loads(data) if isinstance(data, str) else data
    return {
        name: base64.b64decode(fields[name]) for name in _AUTHENTICATOR_SECRETS if name in fields
    }


def _authenticator_key_version(data: Any) -> int:
    ciphertexts = _authenticator_ciphertexts(data).values()
    versions = [int.from_bytes(ciphertext[:2], "big") for ciphertext in ciphertexts]
    return min(versions) if versions else keys.current(KeyName.FIELD).version


def _rewrap_authenticator(data: Any) -> str:
    fields = json.loads(data) if isinstance(data, str) else dict(data)
    for name, ciphertext in _authenticator_ciphertexts(fields).items():
        plaintext = crypto.decrypt_with_named_key(KeyName.FIELD, "mfa", ciphertext)
        rewrapped = crypto.encrypt_with_named_key(KeyName.FIELD, "mfa", plaintext)
        fields[name] = base64.b64encode(rewrapped).decode()
    return json.dumps(fields)


def _under_email_key() -> Iterator[EncryptedColumn]:
    for model in (User, EmailAddress):
        yield EncryptedColumn(
            KeyName.EMAIL,
            model,
            "email",
            lambda column: email.encrypt_email(email.decrypt_email(column)),
            version=email.key_version,
        )


def _under_outer_key() -> Iterator[EncryptedColumn]:
    """Renewed each night too (accounts.services.renewed_columns)."""
    for column in ("password", "session_salt"):
        yield EncryptedColumn(
            KeyName.OUTER,
            User,
            column,
            lambda value: email.encrypt_renewed(email.decrypt_renewed(value)),
            version=email.renewed_key_version,
        )


def _under_public_keys() -> Iterator[EncryptedColumn]:
    for model in apps.get_models():
        if issubclass(model, AbstractPost):
            yield _public_key_column("MAIL", model, "encrypted_contact_email")
    yield _public_key_column("MAIL", notifications.EmailSubscription, "capsule")
    yield _public_key_column("MAIL", notifications.NotificationEmail, "capsule")
    yield _public_key_column("MAIL", EncryptedEmail, "encrypted_message")
    yield _public_key_column("MODERATION", AuthorCapsule, "ciphertext")
    yield _public_key_column("INNER", MemberJob, "encrypted_payload")
    yield _public_key_column("INNER", ShownLine, "ciphertext")
    yield _public_key_column("INNER", LineTally, "ciphertext")


def _public_key_column(
    pair: str, model: type[models.Model], field: str, **values: Any
) -> EncryptedColumn:
    public, private = KeyName(f"{pair}_PUBLIC"), KeyName(f"{pair}_PRIVATE")

    def rewrap(ciphertext: bytes) -> bytes:
        plaintext = crypto.decrypt_with_private_key(private, ciphertext)
        return crypto.encrypt_to_public_key(public, plaintext)

    return EncryptedColumn(public, model, field, rewrap, **values)
