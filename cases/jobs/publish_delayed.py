"""Show the anonymous cases and comments whose mark has come."""

from __future__ import annotations

import datetime as dt
from random import SystemRandom
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils import timezone

from cases.models import Case, Comment
from cases.services.appearing import show_case, show_comment
from sermo.core import coarse


def publish_delayed() -> int:
    """Show all that is due, in random order, and return how many. Each in its own transaction.

    The stored time is that of this run, cut to the grid of marks. In time it is the mark itself.
    After a delay it is later: readers then find the item at the end of what they have read, and
    the time is the one at which a reader could first see it.
    """
    now = timezone.now()
    at = coarse.to_mark(now)
    n_cases = sum(show_case(case_id=key, at=at) for key in _due(Case.objects.all(), now))
    comment_keys = _due(Comment.objects.all(), now)
    return n_cases + sum(show_comment(comment_id=key, at=at) for key in comment_keys)


def _due(rows: QuerySet[Model], now: dt.datetime) -> list[UUID]:
    keys: list[UUID] = list(rows.filter(appears_at__lte=now).values_list("pk", flat=True))
    SystemRandom().shuffle(keys)
    return keys
