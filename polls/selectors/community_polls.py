"""The list of community polls: the question of the week, open polls, then closed polls."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.utils import timezone

from polls.models import Poll
from polls.policies import is_closed
from polls.selectors.own_answers import answered_polls
from sermo.core.coarse import to_week
from sermo.members.viewer import Viewer

PER_PAGE = 20


@dataclass(frozen=True)
class CommunityPollRow:
    poll: Poll
    is_closed: bool
    has_answered: bool


@dataclass(frozen=True)
class CommunityPollsPage:
    """One page of the list. `weekly` is set on the first page only."""

    weekly: CommunityPollRow | None
    rows: list[CommunityPollRow]
    newer_url: str
    older_url: str


def community_polls_page(viewer: Viewer, *, number: int) -> CommunityPollsPage:
    """Page `number`, counted from 1. Three queries for any number of polls."""
    now = timezone.now()
    monday = to_week(now.date())
    is_over = Case(
        When(Q(closed_at__isnull=False) | Q(closes_at__lte=now), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    weekly = _visible_polls(now).filter(week=monday).first() if number == 1 else None
    polls = _visible_polls(now).exclude(week=monday).select_related("asked_by")
    start = (number - 1) * PER_PAGE
    with_next = list(polls.order_by(is_over, "-opened_at", "id")[start : start + PER_PAGE + 1])
    page = with_next[:PER_PAGE]
    answered = answered_polls(viewer, [*page, *([weekly] if weekly else [])])
    return CommunityPollsPage(
        weekly=_row(weekly, answered) if weekly else None,
        rows=[_row(poll, answered) for poll in page],
        newer_url=f"?page={number - 1}" if number > 1 else "",
        older_url=f"?page={number + 1}" if len(with_next) > PER_PAGE else "",
    )


def _visible_polls(now: dt.datetime) -> QuerySet[Poll]:
    """Community polls that are not hidden; the question of a week only when its week has begun."""
    return Poll.objects.filter(case__isnull=True, hidden_at__isnull=True).filter(
        Q(week__isnull=True) | Q(week__lte=now.date())
    )


def _row(poll: Poll, answered: set[UUID]) -> CommunityPollRow:
    return CommunityPollRow(poll, is_closed(poll), poll.pk in answered)
