"""The pipeline's own rows: steps, calls to vendors, and what must still be done."""

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


# Why a step is dead: our own credentials were refused, or nobody answered in time.
CONFIG_ERROR, NO_ANSWER = "config_error", "no_answer"
UNFINISHED_STATES = (StepState.PENDING, StepState.LEASED, StepState.RETRY_WAIT)


class Step(models.Model):
    """One check in one round. `normalized` holds how a comparison came out, never its subject."""

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
    # What a later step needs and nobody else: contacts of record, the vendor's case number and
    # questions. Under the person's data key; emptied when the application is closed.
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


class VendorCall(models.Model):
    """A request to a vendor, written before it is sent: what was sent may have been received."""

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
    """One vendor's fuse, shared by all workers: while it is open nobody calls."""

    provider = models.CharField(max_length=12, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0)
    first_failure_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    # The next moment at which one call may try whether the vendor answers again.
    probe_at = models.DateTimeField(null=True, blank=True)
    # Our own credentials or address were refused: an operator must look.
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


class OutboxTopic(models.TextChoices):
    ADVANCE = "advance", _("start or go on with the checks")
    MAIL_IN_REVIEW = "mail_in_review", _("mail: a person looks at it")
    MAIL_CODE = "mail_code", _("mail: enter the code")
    MAIL_QUESTION = "mail_question", _("mail: a reviewer asks")
    MAIL_APPROVED = "mail_approved", _("mail: complete")
    MAIL_REJECTED = "mail_rejected", _("mail: decided")
    MAIL_EXPIRED = "mail_expired", _("mail: expired")
    MAIL_CORRECTION = "mail_correction", _("mail: look over your details")
    MAIL_QUESTIONS = "mail_questions", _("mail: answer the questions")
    NOTICE = "notice", _("notice of proofing to another contact of record")
    MAIL_SUSPENDED = "mail_suspended", _("mail: membership suspended")
    MAIL_RESTORED = "mail_restored", _("mail: membership restored")
    MONITOR = "monitor", _("begin to watch the Masterfile")


class OutboxMessage(models.Model):
    """What a transition owes the world; deleted in the transaction that does it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="outbox")
    topic = models.CharField(max_length=20, choices=OutboxTopic.choices)
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["next_at"], name="verification_outboxmessage_due"),)

    def __str__(self) -> str:
        return self.topic
