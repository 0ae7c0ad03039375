"""Applications for membership."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sermo.core import ids, specialties
from sermo.core.fields import BytesField

INDEX_BYTES = 32


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("being filled in")
    SUBMITTED = "submitted", _("submitted")
    CHECKING = "checking", _("being checked")
    AWAITING_APPLICANT = "awaiting_applicant", _("waiting for the applicant")
    IN_REVIEW = "in_review", _("with a reviewer")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")


OPEN_STATES = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.CHECKING,
    ApplicationState.AWAITING_APPLICANT,
    ApplicationState.IN_REVIEW,
)
CLOSED_STATES = (
    ApplicationState.APPROVED,
    ApplicationState.REJECTED,
    ApplicationState.WITHDRAWN,
    ApplicationState.EXPIRED,
)


class AwaitedInput(models.TextChoices):
    """What an application in `awaiting_applicant` waits for."""

    NOTHING = "", _("nothing")
    CODE = "code", _("the code sent to the contact on the register")
    CORRECTION = "correction", _("details to be looked over and sent again")
    QUESTIONS = "questions", _("answers to the identity questions")
    REVIEWER_ANSWER = "answer", _("an answer to the reviewer's question")


def new_nonce() -> bytes:
    """16 random bytes that name this application to vendors, once."""
    return secrets.token_bytes(16)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> ApplicationQuerySet:
        return self.filter(state__in=OPEN_STATES)

    def of(self, user_id: uuid.UUID) -> ApplicationQuerySet:
        """The person's own applications."""
        return self.filter(user_id=user_id)

    def in_review(self) -> ApplicationQuerySet:
        return self.filter(state=ApplicationState.IN_REVIEW)


class Application(models.Model):
    """One attempt of a person to become a member.

    `details_ciphertext` holds name, licence number, birth date and email address, encrypted with
    the person's data key. Country, specialty, month and state are stored in clear. Exact times are
    kept while the application is open and cut to the month some time after it is closed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=ids.PUBLIC_ID_LENGTH, unique=True, default=ids.new_public_id, editable=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="applications")
    state = models.CharField(
        max_length=20, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    # Grows with each transition; a writer must name the version it read.
    version = models.PositiveIntegerField(default=0)
    # The round of checks. A correction or a new policy version starts the next one.
    attempt = models.PositiveSmallIntegerField(default=1)
    nonce = BytesField(max_length=16, default=new_nonce, editable=False)
    policy_version = models.PositiveSmallIntegerField(default=1)
    # How often the details were corrected.
    resubmissions = models.PositiveSmallIntegerField(default=0)
    nonce_issued_at = models.DateTimeField(default=timezone.now, editable=False)
    waiting_for = models.CharField(
        max_length=10, choices=AwaitedInput.choices, default=AwaitedInput.NOTHING, blank=True
    )
    country = models.CharField(max_length=2, default="", blank=True)
    specialty = models.CharField(max_length=40, choices=specialties.CHOICES, default="", blank=True)
    scheme = models.CharField(max_length=12, default="", blank=True)
    number_index = BytesField(max_length=INDEX_BYTES, null=True, editable=False)
    details_ciphertext = BytesField(null=True, editable=False)
    skipped_document = models.BooleanField(default=False)
    reasons = models.JSONField(default=list, blank=True)
    appeal_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="appeals"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    opened_month = models.DateField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    review_since = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # Times were cut to the month and private data deleted.
    is_coarse = models.BooleanField(default=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["state", "review_since"], name="verification_application_queue"),
            models.Index(
                fields=["expires_at"],
                name="verification_application_due",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(fields=["number_index"], name="verification_application_no"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=OPEN_STATES),
                name="verification_application_one_open",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        ApplicationState.DRAFT,
                        ApplicationState.WITHDRAWN,
                        ApplicationState.EXPIRED,
                    ]
                )
                | Q(number_index__isnull=False, submitted_at__isnull=False),
                name="verification_application_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(waiting_for="") | Q(state=ApplicationState.AWAITING_APPLICANT),
                name="verification_application_waits_only_while_awaiting",
            ),
            # Every open application has a time at which the sweep handles it.
            models.CheckConstraint(
                condition=Q(state__in=CLOSED_STATES) | Q(expires_at__isnull=False),
                name="verification_application_open_expires",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True) | Q(claimed_until__isnull=False),
                name="verification_application_claim_ends",
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class Consent(models.Model):
    """A consent, with the version of the text that the person read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20)
    text_version = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("kind",)
        constraints = (
            models.UniqueConstraint(
                fields=["application", "kind"], name="verification_consent_once_per_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} v{self.text_version}"
