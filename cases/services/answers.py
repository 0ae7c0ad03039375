"""Answering, and giving up the answer: what opens a sealed case to one member."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import AnswerReveal, Case, CaseStats
from cases.policies import activity_score, hot_score
from cases.services.activity import record_activity
from sermo.core import coarse
from sermo.members.pseudonyms import answer_reveal_scope
from sermo.members.viewer import Viewer


def reveal_answers(*, viewer: Viewer, case: Case, skipped_answer: bool) -> None:
    """Show everything in this case to the viewer from now on. The first way in stays noted."""
    AnswerReveal.objects.bulk_create(
        [
            AnswerReveal(
                case=case,
                pseudonym=viewer.pseudonym(answer_reveal_scope(case.pk)),
                skipped_answer=skipped_answer,
            )
        ],
        ignore_conflicts=True,
    )


def hide_answers(*, case: Case) -> None:
    """A diagnosis poll has opened: from now on what carries a diagnosis is sealed."""
    Case.objects.filter(pk=case.pk).update(hides_answers=True)
    case.hides_answers = True


@transaction.atomic
def count_answer(*, case: Case) -> None:
    """One more member has answered. Ballots carry no name, so the hour is all that is told."""
    stats = CaseStats.objects.select_for_update().get(pk=case.pk)
    CaseStats.objects.filter(pk=case.pk).update(
        n_answers=F("n_answers") + 1,
        hot_score=hot_score(activity_score(stats.n_comments, stats.n_answers + 1), case.posted_at),
    )
    record_activity(stats, coarse.to_hour(timezone.now()))
