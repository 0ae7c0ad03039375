"""Show the anonymous cases, comments and outcomes whose mark has come."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from random import SystemRandom
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils import timezone

from cases.models import Case, Comment, WaitingOutcome
from cases.services.appearing import show_case, show_comment, show_outcome
from sermo.core import coarse

log = logging.getLogger(__name__)


def publish_delayed() -> int:
    """Show all that is due, in random order, and return how many. Each in its own transaction.

    The stored time is that of this run, cut to the grid of marks. In time it is the mark itself.
    After a delay it is later: readers then find the item at the end of what they have read, and
    the time is the one at which a reader could first see it.
    """
    now = timezone.now()
    at = coarse.to_mark(now)
    n_cases = _show(lambda key: show_case(case_id=key, at=at), _due(Case.objects.all(), now))
    comments = _due(Comment.objects.all(), now)
    n_comments = _show(lambda key: show_comment(comment_id=key, at=at), comments)
    outcomes = _due(WaitingOutcome.objects.all(), now)
    return n_cases + n_comments + _show(lambda key: show_outcome(case_id=key, at=at), outcomes)


def _show(show: Callable[[UUID], bool], keys: list[UUID]) -> int:
    """How many were shown. One that cannot be shown is left, and the others are shown."""
    n = 0
    for key in keys:
        try:
            n += show(key)
        except Exception as error:
            log.error("a waiting item cannot be shown and was left: %s", type(error).__name__)
    return n


def _due(rows: QuerySet[Model], now: dt.datetime) -> list[UUID]:
    keys: list[UUID] = list(rows.filter(appears_at__lte=now).values_list("pk", flat=True))
    SystemRandom().shuffle(keys)
    return keys
