"""Record the final diagnosis of a case (docs/design/consult.md, outcome)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

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
)
from cases.policies import author_identity, is_author
from cases.services import hooks
from cases.services.activity import record_activity
from cases.services.search_index import index_case
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
    outcome: OutcomeContent,
    credited: Collection[Comment] = (),
) -> Outcome:
    """Record the outcome once; a second call returns the existing one.

    Raises `NotCaseAuthor` and `CaseNotYetVisible`.
    """
    if not is_author(viewer, case):
        raise NotCaseAuthor
    if case.appears_at is not None:
        raise CaseNotYetVisible
    stats = CaseStats.objects.select_for_update().get(pk=case.pk)
    recorded = Outcome.objects.filter(case=case).first()
    if recorded is not None:
        return recorded
    recorded = record_outcome(case=case, outcome=outcome, recorded_at=_coarse_now(case))
    recorded.credited_comments.set(comment for comment in credited if comment.case_id == case.pk)
    if case.purpose == CasePurpose.ASK:
        Case.objects.filter(pk=case.pk).update(status=CaseStatus.SOLVED)
        CaseStats.objects.filter(pk=case.pk).update(status=CaseStatus.SOLVED)
        case.status = CaseStatus.SOLVED
    record_activity(stats, recorded.recorded_at)
    index_case(case=case)
    event = NewEvent(
        subject=case.pk,
        kind=EventKind.OUTCOME,
        path=case.get_absolute_url(),
        happened_at=recorded.recorded_at,
        actor=author_identity(case),
    )
    # An anonymous author is not left out: that would say whose subscription it is.
    notify(event, by=viewer if case.author_id else None)
    return recorded


def record_outcome(*, case: Case, outcome: OutcomeContent, recorded_at: dt.datetime) -> Outcome:
    """Create the outcome row and tell the apps above, in the caller's transaction."""
    recorded = Outcome.objects.create(
        case=case,
        diagnosis=outcome.diagnosis,
        certainty=outcome.certainty or Certainty.CERTAIN,
        established_by=outcome.established_by or EstablishedBy.OTHER,
        learning_point=outcome.learning_point,
        recorded_at=recorded_at,
    )
    hooks.on_outcome_recorded(outcome=recorded)
    return recorded


def _coarse_now(case: Case) -> dt.datetime:
    """The current time, to the minute under a name and to the hour if anonymous."""
    now = timezone.now()
    is_anonymous = case.shown_as == ShownAs.ANONYMOUS
    return coarse.to_hour(now) if is_anonymous else coarse.to_minute(now)
