"""Social security numbers and the claims on them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from sermo.core.fields import BytesField
from verification.models.application import INDEX_BYTES, Application


class SocialSecurityNumber(models.Model):
    """A social security number for one check, encrypted with a key of its own.

    That key is wrapped by a key outside the database. Deleted when the identity check ends, and
    after 72 hours at the latest.
    """

    application = models.OneToOneField(
        Application, models.CASCADE, primary_key=True, related_name="social_security_number"
    )
    wrapped_key = BytesField(editable=False)
    ciphertext = BytesField(editable=False)
    erase_at = models.DateTimeField()

    class Meta:
        ordering = ("erase_at",)
        indexes = (models.Index(fields=["erase_at"], name="verification_ssn_due"),)

    def __str__(self) -> str:
        return str(self.pk)


class SsnClaim(models.Model):
    """The keyed hash of a social security number. It outlives the number, to find duplicates."""

    application = models.OneToOneField(
        Application, models.CASCADE, primary_key=True, related_name="ssn_claim"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    ssn_index = BytesField(max_length=INDEX_BYTES, editable=False)
    confirmed = models.BooleanField(default=False)
    banned = models.BooleanField(default=False)

    class Meta:
        ordering = ("application",)
        indexes = (models.Index(fields=["ssn_index"], name="verification_ssnclaim_index"),)
        constraints = (
            models.UniqueConstraint(
                fields=["ssn_index"],
                condition=Q(confirmed=True),
                name="verification_ssnclaim_one_member",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
