"""Follow and bookmark a case."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from cases.selectors.access import visible_case
from cases.services import follows as services
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest

_SERVICES = {"follow": services.follow, "bookmark": services.bookmark}


@require_POST
@audience(Audience.VERIFIED)
def follow(request: MemberRequest, case_id: str) -> HttpResponse:
    return _set(request, case_id, "follow")


@require_POST
@audience(Audience.VERIFIED)
def bookmark(request: MemberRequest, case_id: str) -> HttpResponse:
    return _set(request, case_id, "bookmark")


def _set(request: MemberRequest, case_id: str, what: str) -> HttpResponse:
    """Switch on or off. The form says which, so sending it twice is harmless."""
    case = visible_case(request.viewer, case_id)
    on = request.POST.get("on") == "1"
    _SERVICES[what](viewer=request.viewer, case=case, on=on)
    if not request.htmx:
        return redirect(case)
    context = {"case_id": case_id, "what": what, "on": on}
    return render(request, "cases/_follow_or_bookmark.html", context)
