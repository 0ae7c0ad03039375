"""Codes sent to the contact that a register holds for a licence."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from verification.models.application import INDEX_BYTES, Application


class ContactCode(models.Model):
    """A code sent to a contact of record; only its keyed hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="contact_codes")

    class Channel(models.TextChoices):
        MAIL = "mail", _("mailbox")
        PHONE = "phone", _("telephone")

    digest = BytesField(max_length=INDEX_BYTES, editable=False)
    channel = models.CharField(max_length=5, choices=Channel.choices, default=Channel.MAIL)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-sent_at",)

    def __str__(self) -> str:
        return str(self.id)
