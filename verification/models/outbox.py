"""What a state transition must still cause: emails and further work."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from verification.models.application import Application


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
    """Work that a state change demands; deleted in the transaction that carries it out."""

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
