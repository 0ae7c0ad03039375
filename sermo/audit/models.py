"""The append-only record, one table in each store. No names, addresses or text: ids and codes."""

from __future__ import annotations

from django.db import models

from sermo.audit.actions import action_choices
from sermo.core.fields import BytesField

DIGEST_BYTES = 32


class Record(models.Model):
    """One act. `digest` is SHA-256 over the one before and this row, so an edit shows."""

    position = models.BigAutoField(primary_key=True)
    action = models.CharField(max_length=60, choices=action_choices)
    # Ids only: "member:…", "user:…", "worker"; staff and the system, never an anonymous author.
    actor = models.CharField(max_length=60)
    target = models.CharField(max_length=80)
    reason = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField()
    digest = BytesField(max_length=DIGEST_BYTES, unique=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.position} {self.action}"


class CommunityRecord(Record):
    class Meta(Record.Meta):
        ordering = ("position",)


class IdentityRecord(Record):
    class Meta(Record.Meta):
        ordering = ("position",)
