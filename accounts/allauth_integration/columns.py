"""Stricter types for allauth's own columns about a person.

Addresses are encrypted as in `accounts.User`, and times are cut to the month. Only reading and
writing changes: migrations still see the column types of allauth's own migrations.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import models

from accounts.models.fields import (
    AuthenticatorDataField,
    EncryptedEmailField,
    MonthDateTimeField,
)


def replace_column_types() -> None:
    """Called once, after all models are loaded."""
    _replace_column_type(EmailAddress, "email", EncryptedEmailField)
    # Random numbers of 48 bits (migration 0002).
    _replace_column_type(EmailAddress, "id", models.BigAutoField)
    _replace_column_type(Authenticator, "created_at", MonthDateTimeField)
    _replace_column_type(Authenticator, "last_used_at", MonthDateTimeField)
    _replace_column_type(Authenticator, "data", AuthenticatorDataField)


def _replace_column_type(
    model: type[models.Model], name: str, field_type: type[models.Field[Any, Any]]
) -> None:
    """Give a column of allauth the behaviour of `field_type`."""
    column = model._meta.get_field(name)
    original_type = type(column)

    def deconstruct(self: models.Field[Any, Any]) -> Any:
        field_name, _, args, kwargs = field_type.deconstruct(self)
        return field_name, f"django.db.models.{original_type.__name__}", args, kwargs

    column.__class__ = type(field_type.__name__, (field_type,), {"deconstruct": deconstruct})
