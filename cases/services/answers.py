"""Answers of a case: hidden until the reader answers, shown after that, and counted."""

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
    """Show all answers of this case to the viewer from now on. A second call changes nothing."""
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
    """The case has a diagnosis poll: hide answers from readers who have not answered."""
    Case.objects.filter(pk=case.pk).update(hides_answers=True)
    case.hides_answers = True


@transaction.atomic
def count_answers(*, case: Case, n: int = 1) -> None:
    """So many more members have answered. Answers are anonymous: only the hour is recorded."""
    stats = CaseStats.objects.select_for_update().get(pk=case.pk)
    CaseStats.objects.filter(pk=case.pk).update(
        n_answers=F("n_answers") + n,
        hot_score=hot_score(activity_score(stats.n_comments, stats.n_answers + n), case.posted_at),
    )
    record_activity(stats, coarse.to_hour(timezone.now()))
