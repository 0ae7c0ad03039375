"""Drafts and cases from before their keys followed from the member secret."""

from __future__ import annotations

from uuid import UUID

from sermo.members.models import Member
from sermo.members.viewer import Viewer, private_state

# {key of the draft, which is the key of its case: public id of the draft}. Never written any more.
EARLIER_DRAFTS_STATE = "drafts"


def earlier_case_keys(*, member_id: UUID, secret: bytes) -> list[str]:
    """The keys as 32 hexadecimal digits; called at sign-in. Empty for members who came later."""
    viewer = Viewer(Member(pk=member_id), secret)
    return list(private_state.load_section(viewer, EARLIER_DRAFTS_STATE))
