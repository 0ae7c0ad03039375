"""Every column that a named key closes: what a change of keys has to close anew.

A test holds this list against the source: whoever closes something new under a key adds it here.
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

from accounts.models import (
    CredentialSlot,
    CredentialSlotKind,
    Custodian,
    EncryptedEmail,
    User,
)
from accounts.models import fields as email
from cases.models import Image
from sermo.core import crypto, keys
from sermo.core.keys import KeyName
from sermo.members.models import AbstractPost, Member, MemberJob
from sermo.members.services import pack_identity_escrow, unpack_identity_escrow
from sermo.moderation.models import AuthorDisclosure, Sanction
from sermo.notifications import models as notifications
from verification.models import SocialSecurityNumber

AT_ONCE = 1000
# What opens a box sealed to a public key, and closes it again for the version in use.
Rewrap = Callable[[bytes], bytes]
# How to read the version of the key off a value.
Version = Callable[[Any], int]


@dataclass(frozen=True)
class Column:
    """One column under one key. `rewrap` runs where the private half is held."""

    key: KeyName
    model: type[models.Model]
    field: str
    rewrap: Callable[[Any], Any]
    version: Version = lambda value: int.from_bytes(bytes(value)[:2], "big")
    only: tuple[tuple[str, Any], ...] = ()

    @property
    def alias(self) -> str:
        return self.model._default_manager.db

    def _names(self) -> tuple[str, str, str]:
        """Table, key and column, quoted."""
        quote = connections[self.alias].ops.quote_name
        field, key = self.model._meta.get_field(self.field), self.model._meta.pk
        if not isinstance(field, models.Field) or field.column is None or key.column is None:
            raise TypeError(f"{self.field} is no column")
        return quote(self.model._meta.db_table), quote(key.column), quote(field.column)

    def rows(self) -> Iterator[tuple[Any, Any]]:
        """Key and value as the database has them, a thousand at a time, by random keys."""
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
                f"WHERE {column} IS NOT NULL{where} ORDER BY {pk} LIMIT {AT_ONCE}",
                values,
            )
            found: list[tuple[Any, Any]] = cursor.fetchall()
            return found

    def put(self, pk: Any, before: Any, after: Any) -> bool:
        """Swap the value if it is still the one that was read."""
        table, own, column = self._names()
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET {column} = %s "  # noqa: S608  # our names
                f"WHERE {own} = %s AND {column} = %s",
                [after, pk, before],
            )
            return bool(cursor.rowcount)


def columns() -> list[Column]:
    """All of them; models that are said by somebody are found, not listed."""
    return [*_fld(), *_eml(), *_sealed()]


def _fld() -> Iterator[Column]:
    yield _named(User, "wrapped_data_key", "data-key")
    yield _named(Custodian, "encrypted_holder", "custodian")
    yield _named(AuthorDisclosure, "encrypted_request", "unsealing")
    for field in ("original_key", "working_key", "preview_key"):
        yield _named(Image, field, "cases.image")
    yield _named(SocialSecurityNumber, "wrapped_key", "verification.ssn-key")
    yield Column(KeyName.FIELD, Authenticator, "data", _rewrap_factor, version=_factor_version)


def _named(model: type[models.Model], field: str, purpose: str) -> Column:
    def rewrap(box: bytes) -> bytes:
        return crypto.encrypt_with_named_key(
            KeyName.FIELD, purpose, crypto.decrypt_with_named_key(KeyName.FIELD, purpose, box)
        )

    return Column(KeyName.FIELD, model, field, rewrap)


# allauth keeps one of these, through our adapter, in the JSON of a second factor.
_FACTORS = ("secret", "seed")


def _factor_boxes(data: Any) -> dict[str, bytes]:
    said = json.loads(data) if isinstance(data, str) else data
    return {name: base64.b64decode(said[name]) for name in _FACTORS if name in said}


def _factor_version(data: Any) -> int:
    boxes = _factor_boxes(data)
    versions = [int.from_bytes(box[:2], "big") for box in boxes.values()]
    return min(versions) if versions else keys.current(KeyName.FIELD).version


def _rewrap_factor(data: Any) -> str:
    said = json.loads(data) if isinstance(data, str) else dict(data)
    for name, box in _factor_boxes(said).items():
        plain = crypto.decrypt_with_named_key(KeyName.FIELD, "mfa", box)
        said[name] = base64.b64encode(
            crypto.encrypt_with_named_key(KeyName.FIELD, "mfa", plain)
        ).decode()
    return json.dumps(said)


def _eml() -> Iterator[Column]:
    for model in (User, EmailAddress):
        yield Column(
            KeyName.EMAIL,
            model,
            "email",
            lambda column: email.encrypt_email(email.decrypt_email(column)),
            version=email.key_version,
        )


def _sealed() -> Iterator[Column]:
    for model in apps.get_models():
        if issubclass(model, AbstractPost):
            yield _to_public(
                KeyName.MAIL_PUBLIC, KeyName.MAIL_PRIVATE, model, "encrypted_contact_email"
            )
            yield _to_public(
                KeyName.MODERATION_PUBLIC, KeyName.MODERATION_PRIVATE, model, "encrypted_member_id"
            )
    for addressed in (notifications.EmailSubscription, notifications.NotificationEmail):
        yield _to_public(KeyName.MAIL_PUBLIC, KeyName.MAIL_PRIVATE, addressed, "capsule")
    yield _to_public(KeyName.MAIL_PUBLIC, KeyName.MAIL_PRIVATE, EncryptedEmail, "encrypted_message")
    yield _to_public(
        KeyName.MODERATION_PUBLIC, KeyName.MODERATION_PRIVATE, Sanction, "encrypted_author_id"
    )
    yield _to_public(KeyName.INNER_PUBLIC, KeyName.INNER_PRIVATE, MemberJob, "brief")
    yield _to_public(
        KeyName.INNER_PUBLIC,
        KeyName.INNER_PRIVATE,
        CredentialSlot,
        "wrapped_credential",
        only=(("kind", CredentialSlotKind.CUSTODIANS.value),),
    )
    yield Column(
        KeyName.INNER_PUBLIC,
        Member,
        "identity_escrow",
        _rewrap_escrow,
        version=lambda escrow: int.from_bytes(bytes(escrow)[2:4], "big"),
    )


def _to_public(
    public: KeyName, private: KeyName, model: type[models.Model], field: str, **values: Any
) -> Column:
    def rewrap(box: bytes) -> bytes:
        return crypto.encrypt_to_public_key(public, crypto.decrypt_with_private_key(private, box))

    return Column(public, model, field, rewrap, **values)


def _rewrap_escrow(escrow: bytes) -> bytes:
    boxes = {
        pair: crypto.encrypt_to_public_key(
            KeyName.INNER_PUBLIC, crypto.decrypt_with_private_key(KeyName.INNER_PRIVATE, box)
        )
        for pair, box in unpack_identity_escrow(escrow).items()
    }
    return pack_identity_escrow(boxes)
