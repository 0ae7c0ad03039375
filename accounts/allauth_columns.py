"""allauth keeps addresses in columns of its own: they are sealed as ours is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.models import EmailAddress

from accounts.fields import SealedEmailField


def seal_email_columns() -> None:
    """Give allauth's e-mail column our field's way in and out of the database.

    The column stays a varchar of ACCOUNT_EMAIL_MAX_LENGTH, so allauth's own migrations hold.
    """
    column = EmailAddress._meta.get_field("email")
    column.__class__ = type(
        "SealedAllauthEmailField", (SealedEmailField,), {"deconstruct": _as_allauth_wrote_it}
    )


def _as_allauth_wrote_it(
    self: SealedEmailField,
) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
    name, _, args, kwargs = super(SealedEmailField, self).deconstruct()
    return name, "django.db.models.EmailField", args, kwargs
