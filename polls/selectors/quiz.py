"""Solved cases to try oneself on: never one that was written, answered or tried by the viewer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from cases.models import Case, CaseStatus
from cases.policies import is_author
from cases.selectors import visible_case
from polls.models import Poll, PollKind
from polls.quizzes import quiz_answers
from polls.selectors.crowd import Crowd, crowds
from polls.selectors.record import Ended, Line, ended_cases, feedback, own_answers
from sermo.core import specialties
from sermo.members.viewer import Viewer


@dataclass(frozen=True)
class Quiz:
    """One case to try; `line` and `crowd` only once it was answered."""

    case: Case
    poll: Poll
    line: Line | None
    crowd: Crowd | None


def untried(viewer: Viewer, *, specialty: str = "") -> list[Ended]:
    """Solved cases of the viewer's choice they have not answered in any way, newest first."""
    ended = [one for one in ended_cases(specialty=specialty) if one.status == CaseStatus.SOLVED]
    own = own_answers(viewer, [one.poll_id for one in ended])
    tried = quiz_answers(viewer)
    return [one for one in ended if one.poll_id not in own and one.case_id not in tried]


def next_quiz(viewer: Viewer, *, specialty: str = "") -> Ended | None:
    """Any of them; the viewer's own cases, known by their authorship, are passed over."""
    waiting = untried(viewer, specialty=specialty)
    while waiting:
        one = waiting.pop(secrets.randbelow(len(waiting)))
        case = Case.objects.filter(pk=one.case_id).first()
        if case is not None and not is_author(viewer, case):
            return one
    return None


def quiz(viewer: Viewer, public_id: str) -> Quiz:
    """A solved case as a question. Raises `Http404` where it is none for this viewer."""
    case = visible_case(viewer, public_id)
    poll = Poll.objects.filter(case=case, kind=PollKind.DIAGNOSIS).first()
    if case.status != CaseStatus.SOLVED or poll is None or is_author(viewer, case):
        raise Http404
    line = feedback(viewer, case)
    truth: UUID | None = case.outcome.concept_id
    if truth is None:
        raise Http404
    return Quiz(case, poll, line, crowds({poll.pk: truth})[poll.pk] if line else None)


def specialty_choices() -> list[tuple[str, str]]:
    """Specialties without their subspecialties."""
    return [(slug, name) for slug, name in specialties.CHOICES if specialties.family(slug) == slug]
