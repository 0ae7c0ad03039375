"""A member's own accuracy: in one case, and over all closed cases."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.policies import is_author
from cases.selectors import sees_answers, visible_case
from polls.selectors.track_record import case_feedback, track_record
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def feedback(request: MemberRequest, case_id: str) -> HttpResponse:
    """How accurate the viewer's answer was, as a part of a solved case's page."""
    case = visible_case(request.viewer, case_id)
    if not hasattr(case, "outcome"):
        raise Http404
    if not sees_answers(request.viewer, case) and not is_author(request.viewer, case):
        raise Http404
    context = {"entry": case_feedback(request.viewer, case), "case": case}
    return render(request, "polls/_feedback.html", context)


@require_safe
@audience(Audience.VERIFIED)
def accuracy(request: MemberRequest) -> HttpResponse:
    """The viewer's own accuracy, computed for this request and stored nowhere."""
    return render(request, "polls/accuracy.html", {"record": track_record(request.viewer)})
