"""The append-only audit log, one table in each store: ids and codes, no names or text.

An audit code is `app.object.event`.
"""

from __future__ import annotations

from django.db import models

from sermo.core.fields import BytesField

DIGEST_BYTES = 32


class AuditAction(models.TextChoices):
    """What was done."""

    # accounts
    ALL_SESSIONS_ENDED = "accounts.sessions.ended"
    RECOVERY_REQUESTED = "accounts.recovery.requested"
    RECOVERY_IDENTITY_PROOFED = "accounts.recovery.identity_proofed"
    RECOVERY_SENT_TO_CUSTODIANS = "accounts.recovery.sent_to_custodians"
    RECOVERY_RETURNED_BY_CUSTODIANS = "accounts.recovery.returned_by_custodians"
    RECOVERY_COMPLETED = "accounts.recovery.completed"
    RECOVERY_CANCELLED = "accounts.recovery.cancelled"
    ACCOUNT_DELETED = "accounts.account.deleted"
    CUSTODIANS_APPOINTED = "custody.custodians.appointed"
    KEY_REWRAPPED = "custody.key.rewrapped"
    DISCLOSURE_REQUESTED = "custody.disclosure.requested"
    DISCLOSURE_COMPLETED = "custody.disclosure.completed"
    PERSON_DISCLOSED = "custody.person.disclosed"
    # verification
    APPLICATION_STATE_CHANGED = "verification.application.state_changed"
    APPLICATION_DECIDED = "verification.application.decided"
    RESULT_DISCARDED = "verification.result.discarded"
    DECISION_REVERSED = "verification.decision.reversed"
    APPLICATION_CLAIMED = "verification.application.claimed"
    DOCUMENT_VIEWED = "verification.document.viewed"
    DOCUMENT_DELETED = "verification.document.deleted"
    MEMBERSHIP_SUSPENDED = "verification.membership.suspended"
    MEMBERSHIP_RESTORED = "verification.membership.restored"
    MEMBERSHIP_REVOKED = "verification.membership.revoked"
    MEMBERSHIP_DISOWNED = "verification.membership.disowned"
    REGISTER_IMPORTED = "verification.register.imported"
    # moderation
    POST_HIDDEN = "moderation.post.hidden"
    POST_RESTORED = "moderation.post.restored"
    WORDS_HIDDEN = "moderation.words.hidden"
    WORDS_SHOWN = "moderation.words.shown"
    REPORTER_STOPPED = "moderation.reporter.stopped"
    REPORTER_RESUMED = "moderation.reporter.resumed"
    DISCUSSION_REOPENED = "moderation.discussion.reopened"
    REPORT_DISMISSED = "moderation.report.dismissed"
    PICTURE_REVIEWED = "moderation.picture.reviewed"
    DISCUSSION_CLOSED = "moderation.discussion.closed"
    SANCTION_REQUESTED = "moderation.sanction.requested"
    SANCTION_CONFIRMED = "moderation.sanction.confirmed"
    SANCTION_REFUSED = "moderation.sanction.refused"
    CONCEPT_MERGED = "moderation.concept.merged"
    MERGE_UNDONE = "moderation.merge.undone"
    MEMBER_SUSPENDED = "moderation.member.suspended"
    SUSPENSION_LIFTED = "moderation.suspension.lifted"
    # administration
    ROW_CHANGED_IN_ADMIN = "admin.row.changed"


def action_choices() -> list[tuple[str, str]]:
    """Choices of a model field; a callable, so that a new code needs no migration."""
    return AuditAction.choices


class AuditEvent(models.Model):
    """One act. Each digest covers the digest before it and this row, so a change is detected."""

    position = models.BigAutoField(primary_key=True)
    action = models.CharField(max_length=60, choices=action_choices)
    # An id such as "user:…", or "worker", "operator", "system". Never an anonymous author.
    actor = models.CharField(max_length=60)
    target = models.CharField(max_length=80)
    reason = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField()
    # SHA-256 over the digest before it and this row.
    digest = BytesField(max_length=DIGEST_BYTES, unique=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.position} {self.action}"


class CommunityAuditEvent(AuditEvent):
    class Meta(AuditEvent.Meta):
        ordering = ("position",)


class IdentityAuditEvent(AuditEvent):
    class Meta(AuditEvent.Meta):
        ordering = ("position",)
