"""allauth keeps rows of its own about a person; their columns keep our promises.

Addresses are sealed as ours are, and where allauth would keep the second of a sign-in, the month
stands. Only the way in and out of the database changes: the columns stay what allauth's own
migrations made them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import models

from accounts.models.fields import EncryptedEmailField


class MonthDateTimeField(models.DateTimeField):  # type: ignore[type-arg]  # generic in its stubs only
    """A time of which the month is kept: a history of sign-ins is half of a match by time."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return _month(value) if value else value


class AuthenticatorDataField(models.JSONField):
    """What a second factor is made of, without the second in which its codes were looked at."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict) and "viewed_at" in value:
            seen = dt.datetime.fromtimestamp(value["viewed_at"], dt.UTC)
            value = {**value, "viewed_at": _month(seen).timestamp()}
        return super().get_db_prep_value(value, connection, prepared)


def _month(of: dt.datetime) -> dt.datetime:
    return of.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def replace_column_types() -> None:
    """Called once, when all models are there."""
    _replace_column_type(EmailAddress, "email", EncryptedEmailField)
    # Random numbers of 48 bits (migration 0002).
    _replace_column_type(EmailAddress, "id", models.BigAutoField)
    _replace_column_type(Authenticator, "created_at", MonthDateTimeField)
    _replace_column_type(Authenticator, "last_used_at", MonthDateTimeField)
    _replace_column_type(Authenticator, "data", AuthenticatorDataField)


def _replace_column_type(
    model: type[models.Model], name: str, ours: type[models.Field[Any, Any]]
) -> None:
    """Give one of allauth's columns our field's behaviour; migrations still see theirs."""
    column = model._meta.get_field(name)
    theirs = type(column)

    def deconstruct(self: models.Field[Any, Any]) -> Any:
        own_name, _, args, kwargs = ours.deconstruct(self)
        return own_name, f"django.db.models.{theirs.__name__}", args, kwargs

    column.__class__ = type(ours.__name__, (ours,), {"deconstruct": deconstruct})
