"""Requests to vendors, and the circuit breaker of each vendor."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from verification.models.steps import Step


class VendorCall(models.Model):
    """A request to a vendor, stored before it is sent: the vendor may receive it even if we
    crash.
    """

    class Status(models.TextChoices):
        SENT = "sent", _("sent")
        ANSWERED = "answered", _("answered")
        UNKNOWN = "unknown", _("sent, answer unknown")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    step = models.ForeignKey(Step, models.CASCADE, related_name="calls")
    provider = models.CharField(max_length=12, default="")
    key = models.CharField(max_length=80, unique=True)
    outcome = models.CharField(max_length=30, default="", blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SENT)
    request_digest = BytesField(max_length=32, editable=False)
    body_ciphertext = BytesField(null=True, editable=False)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("sent_at",)

    def __str__(self) -> str:
        return self.key


class CircuitBreaker(models.Model):
    """The circuit breaker of a vendor, shared by all workers. While it is open, nothing is sent."""

    provider = models.CharField(max_length=12, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0)
    first_failure_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    # When one request may next try whether the vendor answers.
    probe_at = models.DateTimeField(null=True, blank=True)
    # Our credentials or address were refused: an operator must act.
    is_misconfigured = models.BooleanField(default=False)

    class Meta:
        ordering = ("provider",)
        constraints = (
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(probe_at__isnull=False),
                name="verification_circuitbreaker_open_is_probed",
            ),
        )

    def __str__(self) -> str:
        return self.provider
