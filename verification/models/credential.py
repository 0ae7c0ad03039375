"""Licence numbers that applications claim or members hold."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sermo.core.fields import BytesField
from verification.models.application import INDEX_BYTES, Application


class Credential(models.Model):
    """A licence number by its keyed hash: claimed while it is checked, confirmed after approval."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.CharField(max_length=16)
    number_index = BytesField(max_length=INDEX_BYTES)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="credentials")
    application = models.ForeignKey(Application, models.CASCADE, related_name="credentials")
    # Whether it holds the number now, claimed or confirmed.
    active = models.BooleanField(default=True)
    confirmed = models.BooleanField(default=False)
    banned = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["scheme", "number_index"],
                condition=Q(active=True),
                name="verification_credential_one_active",
            ),
            models.UniqueConstraint(
                fields=["application"], name="verification_credential_one_per_application"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme} {self.id}"
