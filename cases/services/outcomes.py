"""Record the final diagnosis of a case (docs/design/consult.md, outcome)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.drafts.content import OutcomeContent
from cases.errors import CaseNotYetVisible, NotCaseAuthor
from cases.models import (
    Case,
    CasePurpose,
    CaseStats,
    CaseStatus,
    Certainty,
    Comment,
    EstablishedBy,
    Outcome,
    Urgency,
    WaitingOutcome,
)
from cases.policies import author_identity, is_author
from cases.services import hooks
from cases.services.activity import record_activity
from cases.services.search_index import index_case
from sermo.core import coarse
from sermo.members.models import ShownAs
from sermo.members.services import next_mark
from sermo.members.viewer import Viewer
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify


@transaction.atomic
def mark_solved(
    *,
    viewer: Viewer,
    case: Case,
    outcome: OutcomeContent,
    credited: Collection[Comment] = (),
) -> Outcome | None:
    """Record the outcome once; a second call returns the existing one.

    The outcome of an anonymous author waits for the next mark, and None is returned. Raises
    `NotCaseAuthor` and `CaseNotYetVisible`.
    """
    if not is_author(viewer, case):
        raise NotCaseAuthor
    if case.appears_at is not None:
        raise CaseNotYetVisible
    recorded = Outcome.objects.filter(case=case).first()
    if recorded is not None:
        return recorded
    keys = [comment.pk for comment in credited if comment.case_id == case.pk]
    is_anonymous = case.author_id is None
    mark = next_mark(urgent=case.urgency == Urgency.URGENT) if is_anonymous else None
    if mark is None:
        return solve_case(
            case=case,
            outcome=outcome,
            credited=keys,
            at=_coarse_now(case),
            # An anonymous author is not left out: that would say whose subscription it is.
            by=None if is_anonymous else viewer,
        )
    waiting = WaitingOutcome(case=case, appears_at=mark, credited=keys, **_fields(outcome))
    WaitingOutcome.objects.bulk_create([waiting], ignore_conflicts=True)
    return None


@transaction.atomic
def solve_case(
    *,
    case: Case,
    outcome: OutcomeContent,
    credited: Collection[UUID],
    at: dt.datetime,
    by: Viewer | None,
) -> Outcome:
    """Record the outcome, credit these comments, and tell the followers.

    `by` is the member who is not told. The lock of the stats row lets one outcome be recorded.
    """
    stats = CaseStats.objects.select_for_update().get(pk=case.pk)
    earlier = Outcome.objects.filter(case=case).first()
    if earlier is not None:
        return earlier
    recorded = record_outcome(case=case, outcome=outcome, recorded_at=at)
    recorded.credited_comments.set(Comment.objects.filter(pk__in=credited))
    if case.purpose == CasePurpose.ASK:
        Case.objects.filter(pk=case.pk).update(status=CaseStatus.SOLVED)
        CaseStats.objects.filter(pk=case.pk).update(status=CaseStatus.SOLVED)
        case.status = CaseStatus.SOLVED
    record_activity(stats, at)
    index_case(case=case)
    if case.hidden_at is None:
        _notify(case, at, by)
    return recorded


def _notify(case: Case, at: dt.datetime, by: Viewer | None) -> None:
    event = NewEvent(
        subject=case.pk,
        kind=EventKind.OUTCOME,
        path=case.get_absolute_url(),
        happened_at=at,
        actor=author_identity(case),
    )
    notify(event, by=by)


def record_outcome(*, case: Case, outcome: OutcomeContent, recorded_at: dt.datetime) -> Outcome:
    """Create the outcome row and tell the apps above, in the caller's transaction."""
    recorded = Outcome.objects.create(case=case, recorded_at=recorded_at, **_fields(outcome))
    hooks.on_outcome_recorded(outcome=recorded)
    return recorded


def _fields(outcome: OutcomeContent) -> dict[str, str]:
    return {
        "diagnosis": outcome.diagnosis,
        "certainty": outcome.certainty or Certainty.CERTAIN,
        "established_by": outcome.established_by or EstablishedBy.OTHER,
        "learning_point": outcome.learning_point,
    }


def _coarse_now(case: Case) -> dt.datetime:
    """The current time, to the minute under a name and to the hour if anonymous."""
    now = timezone.now()
    is_anonymous = case.shown_as == ShownAs.ANONYMOUS
    return coarse.to_hour(now) if is_anonymous else coarse.to_minute(now)
