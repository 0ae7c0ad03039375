"""What private state held before the keys of drafts and quiz answers followed from the secret.

It is read once at each sign-in and kept in the session: a sign-in is no act that could be compared
with what a member posts. It is never written any more.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sermo.members.models import Member
from sermo.members.viewer import Viewer, private_state

# {key of the draft, which is the key of its case: public id of the draft}.
EARLIER_DRAFTS_STATE = "drafts"
EARLIER_QUIZZES_STATE = "quizzes"


def earlier_state(*, member_id: UUID, secret: bytes) -> dict[str, Any]:
    """`earlier_cases`: keys as 32 hexadecimal digits; `earlier_quizzes`: whether there are any.

    Empty for members who came later. Two queries.
    """
    viewer = Viewer(Member(pk=member_id), secret)
    return {
        "earlier_cases": list(private_state.load_section(viewer, EARLIER_DRAFTS_STATE)),
        "earlier_quizzes": bool(private_state.load_section(viewer, EARLIER_QUIZZES_STATE)),
    }
