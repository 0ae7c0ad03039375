"""Answering a quiz."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from polls.selectors.quiz_answers import QUIZ_STATE
from sermo.members.viewer import Viewer, private_state
from sermo.members.viewer.private_state import PrivateSection

# The oldest answers above this number are deleted.
MAX_QUIZ_ANSWERS = 500


def answer_quiz(
    *, viewer: Viewer, case_id: UUID, ranked: Sequence[UUID], confidence: int | None
) -> None:
    """Store the first answer in the viewer's private state. A second answer is ignored.

    `ranked` are keys of concepts, best first.
    """

    def add(state: PrivateSection) -> None:
        answer = {"ranked": [concept.hex for concept in ranked], "confidence": confidence}
        state.setdefault(case_id.hex, answer)
        for key in list(state)[: max(0, len(state) - MAX_QUIZ_ANSWERS)]:
            del state[key]

    private_state.update_section(viewer, QUIZ_STATE, add)
