"""Documents of an applicant, who viewed them, and questions of reviewers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sermo.core import ids
from sermo.core.fields import BytesField
from verification.models.application import Application


class ReviewerQuestion(models.Model):
    """A reviewer's question and its answer, encrypted with the applicant's data key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="reviewer_questions")
    question_ciphertext = BytesField(editable=False)
    answer_ciphertext = BytesField(null=True, editable=False)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at__isnull=True),
                name="verification_reviewerquestion_one_unanswered",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Document(models.Model):
    """A file of the applicant. It is stored encrypted; its wrapped key is stored here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_id = models.CharField(
        max_length=ids.PUBLIC_ID_LENGTH, unique=True, default=ids.new_public_id, editable=False
    )
    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, editable=False)
    wrapped_key = BytesField(null=True, editable=False)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("added_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True, wrapped_key__isnull=False)
                | Q(deleted_at__isnull=False, wrapped_key__isnull=True),
                name="verification_document_deleted_has_no_key",
            ),
        )

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


class DocumentView(models.Model):
    """A reviewer opened a document; shown to every reviewer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="views")
    viewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    viewed_at = models.DateTimeField()

    class Meta:
        ordering = ("-viewed_at",)

    def __str__(self) -> str:
        return str(self.id)
