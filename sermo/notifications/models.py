"""What happened in a case, recorded once for all members who follow it. No row names a follower.

Each inbox is computed in its owner's session, from these events and the encrypted list of followed
cases (sermo.members.viewer.private_state). Email is addressed by a contact capsule, which only the
mailer can decrypt.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from sermo.core.fields import BytesField
from sermo.members.pseudonyms import PSEUDONYM_BYTES


class EventKind(models.TextChoices):
    ANSWER = "answer", _("answers")
    COMMENT = "comment", _("a comment")
    REPLY = "reply", _("a reply")
    UPDATE = "update", _("an update by the author")
    OUTCOME = "outcome", _("the outcome")
    MODERATION = "moderation", _("a decision by a moderator")
    # Shown only to the author of the post: words or a picture are hidden after a report.
    COVER = "cover", _("a report of patient details")
    # Shown only to the author of the case.
    REMINDER = "reminder", _("a question to the author")


class Event(models.Model):
    """One thing that happened to a subject (a case). Events are numbered within each subject."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    # The comment that was posted, and the comment it replies to.
    comment_id = models.UUIDField(null=True, blank=True)
    parent_comment_id = models.UUIDField(null=True, blank=True)
    # Who acted and who is addressed, 16 bytes each, as the post itself stores them: a member's key
    # or a pseudonym of the case. A member's session compares them with its own identities.
    actor = BytesField(max_length=PSEUDONYM_BYTES, null=True, editable=False)
    addressee = BytesField(max_length=PSEUDONYM_BYTES, null=True, editable=False)
    path = models.CharField(max_length=120)
    # As coarse as the time of the post itself.
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ("subject", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["subject", "number"], name="notifications_event_one_number"
            ),
        )


class EmailSubscription(models.Model):
    """A request for email about a subject, or about replies to one comment.

    Its key is a pseudonym (services.subscription_id), so that only its owner can find it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    subject = models.UUIDField()
    replies_to = models.UUIDField(null=True, blank=True)
    capsule = BytesField(editable=False)
    # Made by the author with the case: reminders of the outcome go to these subscriptions only.
    for_author = models.BooleanField(default=False)
    # At most one email an hour for each subscription.
    quiet_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["subject"], name="notifications_subscription"),)


class NotificationEmail(models.Model):
    """An email that waits for the mailer. The row is deleted when the email is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    capsule = BytesField(editable=False)
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    attempt = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["next_at"], name="notifications_email_due"),)
