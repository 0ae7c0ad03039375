"""What moderators do with polls."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from polls.models import Poll
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.members.viewer import Viewer


@transaction.atomic
def hide_poll(*, moderator: Viewer, poll: Poll) -> None:
    """Take the poll out of every page and record it. A second call changes nothing."""
    visible = Poll.objects.filter(pk=poll.pk, hidden_at__isnull=True)
    if visible.update(hidden_at=timezone.now()):
        record_audit_event(
            AuditAction.POST_HIDDEN,
            store="community",
            actor=f"member:{moderator.member.pk}",
            target=f"poll:{poll.pk}",
        )
