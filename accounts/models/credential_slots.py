"""Credential slots: the wrapped copies of one member credential, one for each way to unwrap it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User, current_month
from sermo.core.fields import BytesField


class CredentialSlotKind(models.TextChoices):
    """What unwraps the slot."""

    PASSWORD = "password", _("password")
    DEVICE = "device", _("device")
    RECOVERY = "recovery", _("recovery code")
    CUSTODIANS = "custodians", _("custodians")


class CredentialSlot(models.Model):
    """The member credential, wrapped under one key (accounts.credential_wrapping)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="credential_slots")
    kind = models.CharField(max_length=10, choices=CredentialSlotKind.choices)
    # How the slot is looked up: the locator of a token, or the pair of custodians ("1-2").
    # Empty for the password.
    locator = BytesField(max_length=16, default=b"", editable=False)
    # Salt of the password's hash; empty in other slots.
    salt = BytesField(max_length=16, default=b"", editable=False)
    # Custodians only: the versions of their three public keys, two bytes each.
    custodian_key_versions = BytesField(max_length=6, default=b"", editable=False)
    wrapped_credential = BytesField(editable=False)
    # Device slots are deleted six months after the last use.
    last_used_month = models.DateField(default=current_month, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "kind", "locator"], name="accounts_credentialslot_unique"
            ),
        )
