"""The steps of a round of checks."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from verification.models.application import Application


class StepName(models.TextChoices):
    FORMAT = "format", _("number")
    OWN_DB = "own_db", _("earlier accounts")
    REGISTER = "register", _("register")
    NPPES = "nppes", _("NPPES, live")
    LEIE = "leie", _("exclusion list")
    AMA = "ama", _("AMA Masterfile")
    DEVICE = "device", _("device")
    IDOLOGY = "idology", _("identity")
    KBA = "kba", _("identity questions")
    DOCUMENT = "document", _("documents")
    BINDING = "binding", _("link to the licence")
    DECIDE = "decide", _("decision")


class StepState(models.TextChoices):
    PENDING = "pending", _("pending")
    LEASED = "leased", _("running")
    RETRY_WAIT = "retry_wait", _("waits for another try")
    DONE = "done", _("done")
    DEAD = "dead", _("gave up")


# Why a step is dead: our credentials were refused, or no answer came in time.
CONFIG_ERROR, NO_ANSWER = "config_error", "no_answer"
UNFINISHED_STATES = (StepState.PENDING, StepState.LEASED, StepState.RETRY_WAIT)


class Step(models.Model):
    """One check in one round. `normalized` holds its outcome in codes, never personal data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=12, choices=StepName.choices)
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=StepState.choices, default=StepState.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField()
    give_up_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=30, default="", blank=True)
    normalized = models.JSONField(default=dict, blank=True)
    # What a later step needs: contacts of record, the vendor's case number and questions. Encrypted
    # with the applicant's data key; steps are deleted when the application is coarsened.
    private_ciphertext = BytesField(null=True, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=["next_at"],
                name="verification_step_due",
                condition=Q(state__in=UNFINISHED_STATES),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["application", "name", "attempt"], name="verification_step_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=StepState.LEASED)
                | Q(lease__isnull=False, lease_until__isnull=False),
                name="verification_step_lease_ends",
            ),
            models.CheckConstraint(
                condition=~Q(state=StepState.DONE) | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="verification_step_done_has_outcome",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.attempt} {self.state}"
