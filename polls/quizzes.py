"""Solved cases as quizzes: the answer is in the private state that only its giver can open.

    {"<case as hex>": {"ranked": [concept as hex], "sure": 1 to 5 or null}}

It is no ballot: who answers after the outcome was known adds nothing to what colleagues thought.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sermo.members.viewer import Viewer, private_state
from sermo.members.viewer.private_state import PrivateSection

SHELF = "quizzes"
# Older answers than these are forgotten first.
MOST = 500


def quiz_answers(viewer: Viewer) -> dict[UUID, tuple[list[UUID], int | None]]:
    """By case: concepts best first, and the confidence; one statement."""
    return {
        UUID(case): ([UUID(concept) for concept in said["ranked"]], said["sure"])
        for case, said in private_state.load_section(viewer, SHELF).items()
    }


def answer_quiz(
    *, viewer: Viewer, case_id: UUID, ranked: Sequence[UUID], confidence: int | None
) -> None:
    """Keep the first answer; a second one, knowing the outcome, changes nothing."""

    def put(shelf: PrivateSection) -> None:
        said = {"ranked": [concept.hex for concept in ranked], "sure": confidence}
        shelf.setdefault(case_id.hex, said)
        for key in list(shelf)[: max(0, len(shelf) - MOST)]:
            del shelf[key]

    private_state.update_section(viewer, SHELF, put)
