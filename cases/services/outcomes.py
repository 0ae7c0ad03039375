"""What it really was: the author closes the loop (CONSULT.md §6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from cases.errors import NotCaseAuthor
from cases.models import Case, CasePurpose, CaseStats, CaseStatus, Comment, Outcome
from cases.policies import author_identity, is_author
from cases.services import hooks
from cases.services.activity import record_activity
from cases.services.publish import index_case
from sermo.core import coarse
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify


@transaction.atomic
def mark_solved(
    *,
    viewer: Viewer,
    case: Case,
    diagnosis: str,
    certainty: str,
    established_by: str,
    text: str = "",
    credited: Collection[Comment] = (),
) -> Outcome:
    """Record the outcome, once; a second call gives the one that stands. Raises `NotTheAuthor`."""
    if not is_author(viewer, case):
        raise NotCaseAuthor
    stats = CaseStats.objects.select_for_update().get(pk=case.pk)
    outcome, is_new = Outcome.objects.get_or_create(
        case=case,
        defaults={
            "diagnosis": diagnosis,
            "certainty": certainty,
            "established_by": established_by,
            "learning_point": text,
            "recorded_at": _as_coarse_as(case),
        },
    )
    if not is_new:
        return outcome
    hooks.on_case_solved(outcome=outcome)
    outcome.credited_comments.set(one for one in credited if one.case_id == case.pk)
    if case.purpose == CasePurpose.ASK:
        Case.objects.filter(pk=case.pk).update(status=CaseStatus.SOLVED)
        CaseStats.objects.filter(pk=case.pk).update(status=CaseStatus.SOLVED)
        case.status = CaseStatus.SOLVED
    record_activity(stats, outcome.recorded_at)
    index_case(case=case)
    event = NewEvent(
        subject=case.pk,
        kind=EventKind.OUTCOME,
        path=case.get_absolute_url(),
        happened_at=outcome.recorded_at,
        actor=author_identity(case),
    )
    notify(event, by=viewer)
    return outcome


def _as_coarse_as(case: Case) -> dt.datetime:
    """The minute under a name, the hour for a tag."""
    now = timezone.now()
    is_anonymous = case.shown_as == ShownAs.ANONYMOUS
    return coarse.to_hour(now) if is_anonymous else coarse.to_minute(now)
