"""Remind authors to record the outcome of their cases (docs/design/consult.md, outcome)."""

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
    """Send every reminder that is due and return how many.

    If several reminders of a case are overdue, only the latest is sent.
    """
    now = timezone.now()
    return sum(send_reminder(case_id, n, now) for case_id, n in _due(now))


def _due(now: dt.datetime) -> list[tuple[UUID, int]]:
    """Cases without an outcome, and how many reminders each should have had by now."""
    cutoffs = [(n, now - dt.timedelta(days=days)) for n, days in enumerate(REMINDER_DAYS, start=1)]
    is_due = Q()
    for n, cutoff in cutoffs:
        is_due |= Q(n_reminders__lt=n, case__posted_at__lte=cutoff)
    rows = (
        CaseStats.objects.filter(is_due, status=CaseStatus.UNSOLVED, is_listed=True)
        .order_by("case_id")
        .values_list("case_id", "case__posted_at")[:BATCH_SIZE]
    )
    return [
        (case_id, sum(posted_at <= cutoff for _n, cutoff in cutoffs)) for case_id, posted_at in rows
    ]


@transaction.atomic
def send_reminder(case_id: UUID, n: int, now: dt.datetime) -> bool:
    """Send the nth reminder, at most once. False if it was sent before or is not needed."""
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
