"""Who acts: the member of the session, without a query to the identity store."""

from __future__ import annotations

import base64
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sermo.core.middleware import GetResponse
from sermo.members.credential_lines.k_anonymity import MemberFacts
from sermo.members.records import load_member
from sermo.members.viewer import Viewer


def viewer(get_response: GetResponse) -> GetResponse:
    """Set `request.viewer` and `request.member`; both None where the session has no credential.

    Somebody who has left acts no more, from the next request of every device on.
    """

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
    found = load_member(UUID(credential["member"]))
    if found is None or found.record.left_on is not None:
        # They have left; `accounts.sessions.departure` shows them one page.
        del request.session["member_credential"]
        return None
    return Viewer(
        member=found.member,
        secret=base64.b64decode(credential["secret"]),
        real_name=credential.get("name", ""),
        email=request.user.email if found.member.wants_mail else "",
        facts=MemberFacts(*facts) if (facts := credential.get("facts")) else None,
        earlier_cases=tuple(UUID(key) for key in credential.get("earlier_cases", [])),
        has_earlier_quizzes=bool(credential.get("earlier_quizzes")),
        is_banned=found.record.is_banned,
        is_newcomer=found.record.is_newcomer(timezone.localdate()),
    )
