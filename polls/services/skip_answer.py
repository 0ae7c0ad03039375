"""Seeing the answers of an own case without an answer of one's own."""

from __future__ import annotations

from django.db import transaction

from cases.models import Case
from cases.services import reveal_answers
from sermo.members.viewer import Viewer


@transaction.atomic
def decline_answer(*, viewer: Viewer, case: Case) -> None:
    """Reveal the answers to the author, who gives up the blind answer.

    A second call changes nothing.
    """
    reveal_answers(viewer=viewer, case=case, skipped_answer=True)
