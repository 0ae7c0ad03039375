"""Verified members, and the notices about their admission."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from verification.models.application import INDEX_BYTES, Application


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    REVOKED = "revoked", _("revoked")


class Membership(models.Model):
    """The membership in the identity database: no member id, no handle."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="membership"
    )
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=10, choices=MembershipStatus.choices, default=MembershipStatus.ACTIVE
    )
    version = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=list, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    # The last day of the licence, as the source last reported it.
    licence_until = models.DateField(null=True, blank=True)
    # The Masterfile's number of this person, encrypted with their data key, and its keyed hash.
    entity_ciphertext = BytesField(null=True, editable=False)
    entity_index = BytesField(max_length=INDEX_BYTES, null=True, editable=False)
    is_watched = models.BooleanField(default=False)

    class Meta:
        ordering = ("user",)
        indexes = (
            models.Index(fields=["entity_index"], name="verification_membership_entity"),
            models.Index(fields=["licence_until"], name="verification_membership_until"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status="suspended", suspended_at__isnull=False)
                | ~Q(status="suspended"),
                name="verification_membership_suspended_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"


class ProofingNotice(models.Model):
    """A notice to another contact of record that a person was admitted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="proofing_notices")
    token_digest = BytesField(max_length=INDEX_BYTES, unique=True, editable=False)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    denied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("sent_at",)

    def __str__(self) -> str:
        return str(self.id)
