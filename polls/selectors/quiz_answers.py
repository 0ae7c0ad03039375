"""A member's quiz answers, in private state that only they can decrypt.

    {"<case>": {"ranked": [concept], "confidence": 1 to 5 or null}}

Cases and concepts are written as 32 hexadecimal digits. A quiz answer is no answer to the poll:
it is given after the outcome was known, so it must not count in the group ranking.
"""

from __future__ import annotations

from uuid import UUID

from sermo.members.viewer import Viewer, private_state

QUIZ_STATE = "quizzes"


def quiz_answers(viewer: Viewer) -> dict[UUID, tuple[list[UUID], int | None]]:
    """By case: concepts best first, and the confidence. One query."""
    return {
        UUID(case): ([UUID(concept) for concept in answer["ranked"]], answer["confidence"])
        for case, answer in private_state.load_section(viewer, QUIZ_STATE).items()
    }
