"""What one keeps of a case, and how its author closes it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.forms.outcomes import OutcomeForm
from cases.models import Outcome
from cases.policies import is_author
from cases.selectors.access import sees_answers, visible_case
from cases.selectors.thread import (
    CommentOrder,
    ThreadPosition,
    count_hidden_until_answer,
    thread,
)
from cases.services import follows
from cases.services.outcomes import mark_solved
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest


@require_POST
@audience(Audience.VERIFIED)
def follow(request: MemberRequest, case_id: str) -> HttpResponse:
    return _keep(request, case_id, "follow")


@require_POST
@audience(Audience.VERIFIED)
def bookmark(request: MemberRequest, case_id: str) -> HttpResponse:
    return _keep(request, case_id, "bookmark")


def _keep(request: MemberRequest, case_id: str, what: str) -> HttpResponse:
    """Carries the wished state, so that a doubled request changes nothing."""
    case = visible_case(request.viewer, case_id)
    on = request.POST.get("on") == "1"
    {"follow": follows.follow, "bookmark": follows.bookmark}[what](
        viewer=request.viewer, case=case, on=on
    )
    if not request.htmx:
        return redirect(case)
    return render(
        request, "cases/_follow_or_bookmark.html", {"case_id": case_id, "what": what, "on": on}
    )


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def solve(request: MemberRequest, case_id: str) -> HttpResponse:
    """Diagnosis, certainty, how it was established, and whom it credits; once."""
    case = visible_case(request.viewer, case_id)
    if not is_author(request.viewer, case):
        raise Http404
    if Outcome.objects.filter(case=case).exists():
        return redirect(case)
    is_open = sees_answers(request.viewer, case)
    shown = thread(
        request.viewer,
        case,
        ThreadPosition(order=CommentOrder.HELPFUL),
        is_open=is_open,
        credited=set(),
    )
    others = [
        said
        for top in shown.comments
        for said in (top, *top.replies)
        if not said.is_mine and not said.is_hidden
    ]
    form = OutcomeForm(request.POST or None, comments=others)
    if request.method == "POST" and form.is_valid():
        mark_solved(
            viewer=request.viewer,
            case=case,
            diagnosis=form.cleaned_data["diagnosis"],
            certainty=form.cleaned_data["certainty"],
            established_by=form.cleaned_data["established_by"],
            text=form.cleaned_data["text"],
            credited=form.comments_of(case.pk),
        )
        messages.success(request, _("Solved. Everybody who follows this case will see it."))
        return redirect(case)
    status = 422 if request.method == "POST" else 200
    n_left_out = 0 if is_open else count_hidden_until_answer(request.viewer, case)
    context = {"case": case, "form": form, "n_left_out": n_left_out}
    return render(request, "cases/solve.html", context, status=status)
