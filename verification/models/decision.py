"""Decisions. Those of the rules take effect at once, those of reviewers after 10 seconds."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from verification.models.application import Application

# A reviewer can take a decision back for this long; it takes effect afterwards.
UNDO_WINDOW = dt.timedelta(seconds=10)


class ApplicationDecisionKind(models.TextChoices):
    APPROVE = "approve", _("approved")
    REJECT = "reject", _("rejected")


class Decision(models.Model):
    """A decision with its facts, so that it can be replayed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=8, choices=ApplicationDecisionKind.choices)
    reasons = models.JSONField(default=list)
    policy_version = models.PositiveSmallIntegerField()
    facts = models.JSONField(default=dict)
    # The reviewer's note, encrypted with the applicant's data key.
    note_ciphertext = BytesField(null=True, editable=False)
    # Null if the rules decided.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_automatic = models.BooleanField(default=False)
    needs_second = models.BooleanField(default=False)
    second_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField()
    # It can be undone until then; null while a second reviewer is awaited.
    effective_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    # From submission until it took effect; kept when times are coarsened.
    waited_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("decided_at",)
        indexes = (
            models.Index(
                fields=["effective_at"],
                name="verification_decision_due",
                condition=Q(applied_at__isnull=True, undone_at__isnull=True),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(undone_at__isnull=True),
                name="verification_decision_one_current",
            ),
            models.CheckConstraint(
                condition=Q(second_reviewer__isnull=True) | ~Q(second_reviewer=F("reviewer")),
                name="verification_decision_two_people",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(undone_at__isnull=True),
                name="verification_decision_applied_or_undone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
