"""Show anonymous cases, comments and outcomes that have waited for their mark.

Until then no row beside the item tells of it: position, counts, order of the feed, search entry,
event and the opening of polls come when it appears (docs/design/anonymity.md, times and order).
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from cases.drafts.content import OutcomeContent
from cases.models import (
    AskedSpecialty,
    Case,
    CaseStats,
    Comment,
    Image,
    Outcome,
    WaitingOutcome,
)
from cases.policies import activity_score, hot_score
from cases.services import hooks
from cases.services.comments import appear_in_thread
from cases.services.outcomes import solve_case
from cases.services.search_index import index_case


@transaction.atomic
def show_case(*, case_id: UUID, at: dt.datetime) -> bool:
    """List the case as new at this time, unless it is hidden. Returns False if it was shown."""
    waiting = Case.objects.filter(pk=case_id, appears_at__isnull=False)
    if not waiting.update(appears_at=None, posted_at=at):
        return False
    case = Case.objects.get(pk=case_id)
    is_listed = case.hidden_at is None
    stats = CaseStats.objects.select_for_update().get(pk=case_id)
    CaseStats.objects.filter(pk=case_id).update(
        last_activity_at=at,
        hot_score=hot_score(activity_score(stats.n_comments, stats.n_answers), at),
        is_listed=is_listed,
    )
    AskedSpecialty.objects.filter(case_id=case_id).update(last_activity_at=at, is_listed=is_listed)
    Image.objects.filter(case_id=case_id).update(received_at=at)
    Outcome.objects.filter(case_id=case_id).update(recorded_at=at)
    index_case(case=case)
    hooks.on_case_appeared(case=case)
    return True


@transaction.atomic
def show_comment(*, comment_id: UUID, at: dt.datetime) -> bool:
    """Show the comment, count it and notify. Returns False if it was shown already."""
    waiting = Comment.objects.select_for_update(of=("self",)).filter(
        pk=comment_id, appears_at__isnull=False
    )
    comment = waiting.select_related("case", "parent").first()
    if comment is None:
        return False
    comment.posted_at, comment.appears_at = at, None
    appear_in_thread(comment, by=None)
    return True


@transaction.atomic
def show_outcome(*, case_id: UUID, at: dt.datetime) -> bool:
    """Record the outcome of this case, also if it was hidden meanwhile. False if it was before."""
    waiting = (
        WaitingOutcome.objects.select_for_update(of=("self",))
        .filter(pk=case_id)
        .select_related("case")
        .first()
    )
    if waiting is None:
        return False
    outcome = OutcomeContent(
        waiting.diagnosis, waiting.certainty, waiting.established_by, waiting.learning_point
    )
    solve_case(case=waiting.case, outcome=outcome, credited=waiting.credited, at=at, by=None)
    waiting.delete()
    return True
