"""The request a member's view receives."""

from __future__ import annotations

from sermo.core.http import HtmxRequest
from sermo.members.models import Member
from sermo.members.viewer import Viewer


class MemberRequest(HtmxRequest):
    """After `sermo.members.viewer.middleware.viewer` and an audience that holds members only."""

    viewer: Viewer
    member: Member
