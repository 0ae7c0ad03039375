"""The result of the device check that runs in the applicant's browser."""

from __future__ import annotations

from django.db import models

from sermo.core.fields import BytesField
from verification.models.application import INDEX_BYTES, Application


class DeviceReport(models.Model):
    """The result of the device check, reduced to codes."""

    application = models.OneToOneField(
        Application, models.CASCADE, primary_key=True, related_name="device_report"
    )
    answer = models.CharField(max_length=10)
    normalized = models.JSONField(default=dict)
    # Keyed hashes of the vendor's visit id and of our own cookie.
    visit_index = BytesField(max_length=INDEX_BYTES, null=True, editable=False)
    cookie_index = BytesField(max_length=INDEX_BYTES, null=True, editable=False)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("received_at",)
        indexes = (
            models.Index(fields=["visit_index"], name="verification_device_visit"),
            models.Index(fields=["cookie_index"], name="verification_device_cookie"),
        )

    def __str__(self) -> str:
        return f"{self.answer} {self.pk}"
