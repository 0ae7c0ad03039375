"""The community's polls: the question of the week, the open ones, then those that have closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.utils import timezone

from polls.models import Ballot, Poll
from polls.policies import is_closed
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer

PER_PAGE = 20


@dataclass(frozen=True)
class Line:
    poll: Poll
    is_closed: bool
    has_answered: bool


@dataclass(frozen=True)
class CommunityPage:
    """`weekly` on the first page only."""

    weekly: Line | None
    lines: list[Line]
    newer_url: str
    older_url: str


def _asked(now: dt.datetime) -> QuerySet[Poll]:
    """Visible ones; a week's question only once its week has come."""
    return Poll.objects.filter(case__isnull=True, hidden_at__isnull=True).filter(
        Q(week__isnull=True) | Q(week__lte=now.date())
    )


def community_page(viewer: Viewer, *, number: int) -> CommunityPage:
    """Three statements, however many polls there are."""
    now = timezone.now()
    monday = now.date() - dt.timedelta(days=now.weekday())
    over = Case(
        When(Q(closed_at__isnull=False) | Q(closes_at__lte=now), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    weekly = _asked(now).filter(week=monday).first() if number == 1 else None
    rows = _asked(now).exclude(week=monday).select_related("asked_by")
    start = (number - 1) * PER_PAGE
    found = list(rows.order_by(over, "-opened_at", "id")[start : start + PER_PAGE + 1])
    shown = found[:PER_PAGE]
    answered = _answered(viewer, [*shown, *([weekly] if weekly else [])])
    lines = [Line(poll, is_closed(poll), poll.pk.bytes in answered) for poll in shown]
    return CommunityPage(
        weekly=Line(weekly, is_closed(weekly), weekly.pk.bytes in answered) if weekly else None,
        lines=lines,
        newer_url=f"?page={number - 1}" if number > 1 else "",
        older_url=f"?page={number + 1}" if len(found) > PER_PAGE else "",
    )


def _answered(viewer: Viewer, polls: list[Poll]) -> set[bytes]:
    """Which of these carry a ballot of the viewer, by the tags only they compute."""
    tags = {viewer.pseudonym(poll_scope(poll.pk)): poll.pk.bytes for poll in polls}
    held = Ballot.objects.filter(poll__in=polls, pseudonym__in=list(tags)).values_list(
        "pseudonym", flat=True
    )
    return {tags[bytes(tag)] for tag in held}
