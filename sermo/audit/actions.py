"""Audit codes: app.thing.verb."""

from __future__ import annotations

from django.db import models


class Action(models.TextChoices):
    # accounts
    MEMBERSHIP_ISSUED = "accounts.membership.issued"
    SIGNED_OUT_EVERYWHERE = "accounts.sessions.ended"
    RECOVERY_ASKED = "accounts.recovery.asked"
    RECOVERY_PROVED = "accounts.recovery.proved"
    RECOVERY_HANDED_OUT = "accounts.recovery.handed_out"
    RECOVERY_BROUGHT_BACK = "accounts.recovery.brought_back"
    RECOVERY_ENDED = "accounts.recovery.ended"
    RECOVERY_CALLED_OFF = "accounts.recovery.called_off"
    PERSON_LEFT = "accounts.person.left"
    CUSTODIANS_MADE = "custody.custodians.made"
    KEY_REWRAPPED = "custody.key.rewrapped"
    UNSEALING_ASKED = "custody.unsealing.asked"
    UNSEALING_OPENED = "custody.unsealing.opened"
    PERSON_NAMED = "custody.person.named"
    # verification
    APPLICATION_MOVED = "verification.application.moved"
    APPLICATION_DECIDED = "verification.application.decided"
    RESULT_DROPPED = "verification.result.dropped"
    DECISION_UNDONE = "verification.decision.undone"
    APPLICATION_CLAIMED = "verification.application.claimed"
    DOCUMENT_VIEWED = "verification.document.viewed"
    DOCUMENT_DELETED = "verification.document.deleted"
    MEMBERSHIP_SUSPENDED = "verification.membership.suspended"
    MEMBERSHIP_RESTORED = "verification.membership.restored"
    MEMBERSHIP_REVOKED = "verification.membership.revoked"
    NOTICE_DENIED = "verification.notice.denied"
    REGISTER_IMPORTED = "verification.register.imported"
    # moderation
    ITEM_HIDDEN = "moderation.item.hidden"
    ITEM_RESTORED = "moderation.item.restored"
    REPORT_DISMISSED = "moderation.report.dismissed"
    PICTURE_REVIEWED = "moderation.picture.reviewed"
    DISCUSSION_CLOSED = "moderation.discussion.closed"
    SANCTION_ASKED = "moderation.sanction.asked"
    SANCTION_CONFIRMED = "moderation.sanction.confirmed"
    SANCTION_REFUSED = "moderation.sanction.refused"
    CONCEPT_MERGED = "moderation.concept.merged"
    MERGE_UNDONE = "moderation.merge.undone"
    MEMBER_SUSPENDED = "moderation.member.suspended"
    # administration
    ADMIN_CHANGED = "admin.row.changed"


def action_choices() -> list[tuple[str, str]]:
    """For model fields: a callable, so that a new code is no migration."""
    return Action.choices
