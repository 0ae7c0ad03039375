"""E-mail that waits for the mailer."""

from __future__ import annotations

import uuid

from django.db import models

from sermo.core.fields import BytesField


class EncryptedEmail(models.Model):
    """A whole message, encrypted to the mailer's public key. The row is deleted after sending."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encrypted_message = BytesField(editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["next_attempt_at"], name="accounts_encryptedemail_due"),)
