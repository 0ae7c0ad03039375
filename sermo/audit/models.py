"""The append-only record, one table in each store. No names, addresses or text: ids and codes."""

from __future__ import annotations

from django.db import models

from sermo.core.fields import BytesField

DIGEST_BYTES = 32


class AuditAction(models.TextChoices):
    # accounts
    MEMBERSHIP_ISSUED = "accounts.membership.issued"
    ALL_SESSIONS_ENDED = "accounts.sessions.ended"
    RECOVERY_REQUESTED = "accounts.services.recovery.requested"
    RECOVERY_IDENTITY_PROOFED = "accounts.services.recovery.identity_proofed"
    RECOVERY_SENT_TO_CUSTODIANS = "accounts.services.recovery.sent_to_custodians"
    RECOVERY_RETURNED_BY_CUSTODIANS = "accounts.services.recovery.returned_by_custodians"
    RECOVERY_COMPLETED = "accounts.services.recovery.completed"
    RECOVERY_CANCELLED = "accounts.services.recovery.cancelled"
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
    REPORT_DISMISSED = "moderation.report.dismissed"
    PICTURE_REVIEWED = "moderation.picture.reviewed"
    DISCUSSION_CLOSED = "moderation.discussion.closed"
    SANCTION_REQUESTED = "moderation.sanction.requested"
    SANCTION_CONFIRMED = "moderation.sanction.confirmed"
    SANCTION_REFUSED = "moderation.sanction.refused"
    CONCEPT_MERGED = "moderation.concept.merged"
    MERGE_UNDONE = "moderation.merge.undone"
    MEMBER_SUSPENDED = "moderation.member.suspended"
    # administration
    ROW_CHANGED_IN_ADMIN = "admin.row.changed"


def action_choices() -> list[tuple[str, str]]:
    """For model fields: a callable, so that a new code is no migration."""
    return AuditAction.choices


class AuditEvent(models.Model):
    """One act. `digest` is SHA-256 over the one before and this row, so an edit shows."""

    position = models.BigAutoField(primary_key=True)
    action = models.CharField(max_length=60, choices=action_choices)
    # Ids only: "member:…", "user:…", "worker"; staff and the system, never an anonymous author.
    actor = models.CharField(max_length=60)
    target = models.CharField(max_length=80)
    reason = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField()
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
