"""Who acts: the member of the session, without a query to the identity store."""

from __future__ import annotations

import base64
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sermo.core.middleware import GetResponse
from sermo.members.credential_lines.k_anonymity import MemberFacts
from sermo.members.models import Member
from sermo.members.viewer import Viewer


def viewer(get_response: GetResponse) -> GetResponse:
    """Set `request.viewer` and `request.member`; both None where the session has no credential."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.viewer = _viewer(request)  # type: ignore[attr-defined]
        request.member = request.viewer.member if request.viewer else None  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _viewer(request: HttpRequest) -> Viewer | None:
    credential = request.session.get("member_credential")
    # After "sign out everywhere" or a changed password the session belongs to nobody.
    if not credential or not request.user.is_authenticated:
        return None
    present = Member.objects.filter(left_month__isnull=True)
    member = present.filter(pk=UUID(credential["member"])).first()
    if member is None:
        return None
    return Viewer(
        member=member,
        secret=base64.b64decode(credential["secret"]),
        real_name=credential.get("name", ""),
        email=request.user.email if member.wants_mail else "",
        facts=MemberFacts(*facts) if (facts := credential.get("facts")) else None,
        earlier_cases=tuple(UUID(key) for key in credential.get("earlier_cases", [])),
        has_earlier_quizzes=bool(credential.get("earlier_quizzes")),
    )
