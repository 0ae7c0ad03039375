"""Answering a quiz."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from polls.models import QuizAnswer
from polls.selectors.quiz_answers import encrypt_answer, locator
from sermo.core.quotas import ANSWERS
from sermo.members.services import spend_quota
from sermo.members.viewer import Viewer


def answer_quiz(
    *, viewer: Viewer, case_id: UUID, ranked: Sequence[UUID], confidence: int | None
) -> None:
    """Store the first answer, encrypted for the viewer. A second answer is ignored.

    `ranked` are keys of concepts, best first. Nothing else of the viewer is written, as with an
    answer to a poll. Raises `QuotaReached`.
    """
    spend_quota(viewer=viewer, quota=ANSWERS)
    row = QuizAnswer(
        locator=locator(viewer, case_id),
        ciphertext=encrypt_answer(viewer, case_id, ranked, confidence),
    )
    QuizAnswer.objects.bulk_create([row], ignore_conflicts=True)
