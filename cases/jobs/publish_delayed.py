"""Show anonymous cases and comments whose random delay is over."""

from __future__ import annotations

from django.utils import timezone

from cases.models import Case, Comment
from cases.services.comments import publish_delayed_comment
from cases.services.visibility import publish_delayed_case

BATCH_SIZE = 500


def publish_delayed() -> int:
    """Show every case and comment that is due and return how many. Each in its own transaction."""
    now = timezone.now()
    cases = Case.objects.filter(appears_at__lte=now).order_by("id")
    comments = Comment.objects.filter(appears_at__lte=now).order_by("id")
    case_ids = list(cases.values_list("pk", flat=True)[:BATCH_SIZE])
    comment_ids = list(comments.values_list("pk", flat=True)[:BATCH_SIZE])
    n_cases = sum(publish_delayed_case(case_id=key) for key in case_ids)
    return n_cases + sum(publish_delayed_comment(comment_id=key) for key in comment_ids)
