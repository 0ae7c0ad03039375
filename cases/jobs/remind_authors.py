"""Asking authors what became of their cases, without a word of the case (CONSULT.md §6)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, CaseStats, CaseStatus
from cases.policies import author_identity
from sermo.core import coarse
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify

REMINDER_DAYS = (3, 14, 90)
BATCH_SIZE = 500


def remind_authors() -> int:
    """Remind of every case that is due; how many. Late, only the latest reminder goes out."""
    now = timezone.now()
    return sum(remind(case, n, now) for case, n in _due(now))


def _due(now: dt.datetime) -> list[tuple[UUID, int]]:
    """Cases without an outcome, and how many reminders they should have had by now."""
    passed = [(n, now - dt.timedelta(days=days)) for n, days in enumerate(REMINDER_DAYS, start=1)]
    late = Q()
    for n, before in passed:
        late |= Q(n_reminders__lt=n, case__posted_at__lte=before)
    rows = (
        CaseStats.objects.filter(late, status=CaseStatus.UNSOLVED, is_listed=True)
        .order_by("case_id")
        .values_list("case_id", "case__posted_at")[:BATCH_SIZE]
    )
    return [(case, sum(posted_at <= before for _n, before in passed)) for case, posted_at in rows]


@transaction.atomic
def remind(case_id: UUID, n: int, now: dt.datetime) -> bool:
    """The nth reminder, once however often this runs. False where it went out or is not needed."""
    due = CaseStats.objects.filter(pk=case_id, n_reminders__lt=n, status=CaseStatus.UNSOLVED)
    if not due.update(n_reminders=n):
        return False
    case = Case.objects.get(pk=case_id)
    event = NewEvent(
        subject=case.pk,
        kind=EventKind.REMINDER,
        path=reverse("cases:solve", args=[case.public_id]),
        happened_at=coarse.to_hour(now),
        addressee=author_identity(case),
    )
    notify(event)
    return True
