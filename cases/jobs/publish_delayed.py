"""Anonymous cases and comments come into sight after a random wait (ANONYMITY.md §2, time)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.models import AskedSpecialty, Case, CaseSearchEntry, CaseStats, Comment
from cases.services.comments import publish_delayed_comment

BATCH_SIZE = 500


def publish_delayed() -> int:
    """Show every case and comment whose time has come; how many."""
    now = timezone.now()
    cases = Case.objects.filter(appears_at__lte=now).order_by("id")
    comments = Comment.objects.filter(appears_at__lte=now).order_by("id")
    keys = cases.values_list("pk", flat=True)[:BATCH_SIZE]
    comment_keys = comments.values_list("pk", flat=True)[:BATCH_SIZE]
    return sum(publish_delayed_case(key) for key in keys) + sum(
        publish_delayed_comment(comment_id=key) for key in comment_keys
    )


@transaction.atomic
def publish_delayed_case(case_id: UUID) -> bool:
    """List an anonymous case whose wait is over. False if it is listed already."""
    appeared = Case.objects.filter(pk=case_id, appears_at__isnull=False).update(appears_at=None)
    if appeared:
        visible = Case.objects.filter(pk=case_id, hidden_at__isnull=True).exists()
        for model in (CaseStats, AskedSpecialty, CaseSearchEntry):
            model._default_manager.filter(case_id=case_id).update(is_listed=visible)
    return bool(appeared)
