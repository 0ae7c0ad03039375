"""What happened in a case, once, for whoever follows it. No row names a follower.

An inbox is computed in its owner's session: the follows in their private state against
these events. Mail goes by contact capsule, which only the mailer opens.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class Kind(models.TextChoices):
    ANSWER = "answer", _("answers")
    COMMENT = "comment", _("a comment")
    REPLY = "reply", _("a reply")
    UPDATE = "update", _("an update by the author")
    OUTCOME = "outcome", _("the outcome")
    MODERATION = "moderation", _("a decision by a moderator")
    # For the author alone: whoever else follows the case is not told.
    REMINDER = "reminder", _("a question to the author")


class Event(models.Model):
    """One thing that happened to a subject (a case). Numbered within the subject only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # The comment that happened, and the one it replies to.
    item = models.UUIDField(null=True, blank=True)
    parent = models.UUIDField(null=True, blank=True)
    # Whose act it was and whom it answers, as the items themselves say: a member's id or a tag of
    # the case. Only who computes the same bytes reads "to you"; no inbox is written for anybody.
    actor = BytesField(max_length=PSEUDONYM_BYTES, null=True, editable=False)
    addressee = BytesField(max_length=PSEUDONYM_BYTES, null=True, editable=False)
    path = models.CharField(max_length=120)
    # As coarse as the item's own time.
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ("subject", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["subject", "number"], name="notifications_event_one_number"
            ),
        )


class Watch(models.Model):
    """A wish for mail about a subject, or about replies to one comment, with its contact capsule.

    Its key is a tag (services.watch_id), so its owner finds it again and nobody else does.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    subject = models.UUIDField()
    replies_to = models.UUIDField(null=True, blank=True)
    capsule = BytesField(editable=False)
    # The wish came with the case itself: reminders of its outcome go to these only.
    for_author = models.BooleanField(default=False)
    # One mail an hour at most for one watch.
    quiet_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "watches"
        indexes = (models.Index(fields=["subject"], name="notifications_watch_subject"),)


class SealedMail(models.Model):
    """A mail waiting for the mailer; the row is deleted when the mail is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    capsule = BytesField(editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    attempt = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["next_at"], name="notifications_mail_due"),)
