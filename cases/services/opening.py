"""Answering, and giving up the answer: what opens a sealed case to one member."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.models import Case, CaseStats, Opening
from cases.policies import hotness, score
from cases.services.activity import touch
from sermo.members.pseudonyms import answer_reveal_scope
from sermo.members.viewer import Viewer


def open_case(*, viewer: Viewer, case: Case, just_read: bool) -> None:
    """Show everything in this case to the viewer from now on. The first way in stays noted."""
    Opening.objects.bulk_create(
        [
            Opening(
                case=case,
                pseudonym=viewer.pseudonym(answer_reveal_scope(case.pk)),
                just_read=just_read,
            )
        ],
        ignore_conflicts=True,
    )


def seal_answers(*, case: Case) -> None:
    """A diagnosis poll has opened: from now on what carries a diagnosis is sealed."""
    Case.objects.filter(pk=case.pk).update(seals_answers=True)
    case.seals_answers = True


@transaction.atomic
def count_answer(*, case: Case) -> None:
    """One more member has answered. Ballots carry no name, so the hour is all that is told."""
    stats = CaseStats.objects.select_for_update().get(pk=case.pk)
    CaseStats.objects.filter(pk=case.pk).update(
        n_answers=F("n_answers") + 1,
        hot=hotness(score(stats.n_comments, stats.n_answers + 1), case.posted_at),
    )
    touch(stats, timezone.now().replace(minute=0, second=0, microsecond=0))
