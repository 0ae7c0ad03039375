"""Solved cases as quizzes: cases that the viewer did not write, answer or try before."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from cases.models import Case, CaseStatus
from cases.policies import is_author
from cases.selectors import visible_case
from polls.models import Poll, PollKind
from polls.selectors.group_rankings import GroupRanking, group_rankings
from polls.selectors.quiz_answers import quiz_answers
from polls.selectors.track_record import (
    ClosedCase,
    RecordEntry,
    case_feedback,
    closed_cases,
    own_blind_answers,
)
from sermo.core import specialties
from sermo.members.viewer import Viewer


@dataclass(frozen=True)
class Quiz:
    """One case as a quiz. `entry` and `ranking` are set once the viewer has answered."""

    case: Case
    poll: Poll
    entry: RecordEntry | None
    ranking: GroupRanking | None


def untried_cases(viewer: Viewer, *, specialty: str = "") -> list[ClosedCase]:
    """Solved cases that the viewer has answered neither blind nor as a quiz, newest first."""
    solved = [
        ended for ended in closed_cases(specialty=specialty) if ended.status == CaseStatus.SOLVED
    ]
    answered = own_blind_answers(viewer, [ended.poll_id for ended in solved])
    tried = quiz_answers(viewer, [ended.case_id for ended in solved])
    return [
        ended for ended in solved if ended.poll_id not in answered and ended.case_id not in tried
    ]


def next_quiz(viewer: Viewer, *, specialty: str = "") -> ClosedCase | None:
    """A random untried case that the viewer did not write; None if there is none."""
    untried = untried_cases(viewer, specialty=specialty)
    while untried:
        chosen = untried.pop(secrets.randbelow(len(untried)))
        case = Case.objects.filter(pk=chosen.case_id).first()
        if case is not None and not is_author(viewer, case):
            return chosen
    return None


def get_quiz(viewer: Viewer, public_id: str) -> Quiz:
    """A solved case as a quiz. Raises `Http404` if the case is no quiz for this viewer."""
    case = visible_case(viewer, public_id)
    poll = Poll.objects.filter(case=case, kind=PollKind.DIAGNOSIS).first()
    if case.status != CaseStatus.SOLVED or poll is None or is_author(viewer, case):
        raise Http404
    entry = case_feedback(viewer, case)
    truth: UUID | None = case.outcome.concept_id
    if truth is None:
        raise Http404
    return Quiz(case, poll, entry, group_rankings({poll.pk: truth})[poll.pk] if entry else None)


def specialty_choices() -> list[tuple[str, str]]:
    """Slug and name of each specialty, without subspecialties."""
    return [(slug, name) for slug, name in specialties.CHOICES if specialties.family(slug) == slug]
