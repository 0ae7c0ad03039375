"""Uploaded pictures and what moderators decide about them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from cases.models.cases import Case
from cases.models.choices import SHOWABLE_STATUSES, ImageState, ModerationStatus, SensorNoise
from cases.models.drafts import Draft
from sermo.core.fields import BytesField
from sermo.core.ids import PUBLIC_ID_LENGTH, new_public_id
from sermo.members.models import Member


class ImageQuerySet(models.QuerySet["Image"]):
    def shown(self) -> ImageQuerySet:
        """Pictures that everyone who may see the case may see."""
        return self.filter(
            state=ImageState.READY,
            moderation_status__in=SHOWABLE_STATUSES,
            hidden_at__isnull=True,
            covered_at__isnull=True,
        ).exclude(sensor_noise=SensorNoise.WAITING)


class Image(models.Model):
    """One uploaded picture, of a draft or of a published case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=PUBLIC_ID_LENGTH, unique=True, default=new_public_id, editable=False
    )
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, blank=True, related_name="images")
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="images")
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=ImageState.choices, default=ImageState.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # A worker owns the row until this time.
    lease_until = models.DateTimeField(null=True, blank=True)
    # Names of encrypted files in the quarantine storage and their wrapped keys; empty once deleted.
    original = models.CharField(max_length=80, blank=True, editable=False)
    original_key = BytesField(default=b"", editable=False)
    working = models.CharField(max_length=80, blank=True, editable=False)
    working_key = BytesField(default=b"", editable=False)
    preview = models.CharField(max_length=80, blank=True, editable=False)
    preview_key = BytesField(default=b"", editable=False)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    frame_count = models.PositiveSmallIntegerField(default=1)
    # How many frames the worker has inspected in this run; None before the file is decoded.
    frames_inspected = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    # Lists of boxes in pixels of the upright picture, see cases.imaging.redactions.
    suggested_redactions = models.JSONField(default=list, editable=False)
    accepted_redactions = models.JSONField(default=list, editable=False)
    # Kinds of metadata ("location", "camera"), never their values.
    removed_metadata = models.JSONField(default=list, editable=False)
    refusal_reason = models.CharField(max_length=200, blank=True)
    # {"480": [name, width, height], ...}: files in the "images" storage, see cases.imaging.worker.
    renditions = models.JSONField(default=dict, editable=False)
    caption = models.CharField(max_length=200, blank=True)
    alt = models.CharField(max_length=300, blank=True)
    is_sensitive = models.BooleanField(default=False)
    moderation_status = models.CharField(
        max_length=8,
        choices=ModerationStatus.choices,
        default=ModerationStatus.NOT_REQUIRED,
        blank=True,
    )
    # Of an anonymous case, unless its author keeps the detail. Until it is removed, others do not
    # see the picture.
    sensor_noise = models.CharField(
        max_length=8, choices=SensorNoise.choices, default=SensorNoise.UNTOUCHED, blank=True
    )
    # Only the author and moderators see it. Where it was, others read why: hidden after a report
    # (`covered_at`). Hidden by a moderator or after a second report, it leaves the page.
    hidden_at = models.DateTimeField(null=True, blank=True)
    covered_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(draft__isnull=False, case__isnull=False),
                name="cases_image_not_in_draft_and_case",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=True)
                | Q(state=ImageState.READY)
                | Q(moderation_status__in=["waiting", "redacted", "returned", "refused"]),
                name="cases_image_published_only_when_ready",
            ),
        )
        indexes = (
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=["received", "processing", "confirmed"]),
                name="cases_image_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(sensor_noise="waiting"),
                name="cases_image_noise_due",
            ),
        )

    def __str__(self) -> str:
        return f"image {self.public_id}"

    @property
    def is_shown(self) -> bool:
        """The rule of `ImageQuerySet.shown` for one row."""
        return self._is_showable and self.covered_at is None

    @property
    def is_covered(self) -> bool:
        """Whether others read in its place that it is hidden after a report."""
        return self._is_showable and self.covered_at is not None

    @property
    def _is_showable(self) -> bool:
        is_showable = self.moderation_status in SHOWABLE_STATUSES and self.hidden_at is None
        is_finished = self.state == ImageState.READY and self.sensor_noise != SensorNoise.WAITING
        return is_finished and is_showable


class ImageModeration(models.Model):
    """What a moderator is asked about a picture, and the decision. Does not name the author."""

    image = models.OneToOneField(Image, models.CASCADE, primary_key=True, related_name="moderation")
    # Suggested redactions that the author did not accept, see cases.imaging.kept_findings.
    kept_findings = models.JSONField(default=list, editable=False)
    is_low_confidence = models.BooleanField(default=False)
    requested_at = models.DateTimeField()
    claimed_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # The moderator's reason for returning or refusing; the author reads it.
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("requested_at", "image_id")

    def __str__(self) -> str:
        return f"moderation of {self.image_id}"
