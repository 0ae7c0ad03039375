"""Which cases a member may see, and whether their answers are shown."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.http import Http404

from cases.models import AnswerReveal, Case, CaseStatus
from cases.policies import can_see_case
from sermo.members.pseudonyms import answer_reveal_scope
from sermo.members.viewer import Viewer
from sermo.notifications.selectors.subjects import SubjectDescription


def sees_answers(viewer: Viewer, case: Case) -> bool:
    """Whether other answers are shown: after answering or skipping it, or once solved.

    The answers of a case study stay hidden until the reader answers, because it is a quiz.
    """
    if case.status == CaseStatus.SOLVED:
        return True
    pseudonym = viewer.pseudonym(answer_reveal_scope(case.pk))
    return AnswerReveal.objects.filter(case=case, pseudonym=pseudonym).exists()


def visible_case(viewer: Viewer, public_id: str) -> Case:
    """The case with its stats and outcome. Raises `Http404` if the viewer may not see it."""
    joined = Case.objects.select_related("stats", "outcome", "waiting_outcome")
    case = joined.filter(public_id=public_id).first()
    if case is None or not can_see_case(viewer, case):
        raise Http404
    return case


def describe_cases(*, viewer: Viewer, subjects: Collection[UUID]) -> dict[UUID, SubjectDescription]:
    """Titles and addresses for the inbox (`settings.DESCRIBE_SUBJECTS`).

    Cases that the viewer may not see are left out.
    """
    cases = Case.objects.filter(pk__in=subjects).only(
        "public_id", "title", "author", "pseudonym", "hidden_at", "appears_at"
    )
    return {
        case.pk: SubjectDescription(case.title, case.get_absolute_url())
        for case in cases
        if can_see_case(viewer, case)
    }
