"""Record the outcome of a case."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.outcomes import OutcomeForm
from cases.models import Case, WaitingOutcome
from cases.policies import is_author
from cases.selectors.access import sees_answers, visible_case
from cases.selectors.thread import count_hidden_until_answer, creditable_comments
from cases.services.outcomes import mark_solved
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def solve(request: MemberRequest, case_id: str) -> HttpResponse:
    """The final diagnosis and the comments that helped. For the author, once."""
    case = visible_case(request.viewer, case_id)
    if not is_author(request.viewer, case):
        raise Http404
    if hasattr(case, "outcome") or hasattr(case, "waiting_outcome"):
        return redirect(case)
    sees_all = sees_answers(request.viewer, case)
    comments = creditable_comments(request.viewer, case, sees_answers=sees_all)
    form = OutcomeForm(request.POST or None, comments=comments)
    if request.method == "POST" and form.is_valid():
        recorded = mark_solved(
            viewer=request.viewer,
            case=case,
            outcome=form.as_content(),
            credited=form.credited_comments(case.pk),
        )
        messages.success(request, _recorded_message(case, is_shown=recorded is not None))
        return redirect(case)
    status = 422 if request.method == "POST" else 200
    n_left_out = 0 if sees_all else count_hidden_until_answer(request.viewer, case)
    context = {"case": case, "form": form, "n_left_out": n_left_out}
    return render(request, "cases/solve.html", context, status=status)


def _recorded_message(case: Case, *, is_shown: bool) -> str:
    if is_shown:
        return _("Solved. Everybody who follows this case will see it.")
    waiting = WaitingOutcome.objects.get(case=case)
    text = _("Recorded. Others see it from %(time)s. The delay protects your anonymity.")
    return text % {"time": f"{timezone.localtime(waiting.appears_at):%H:%M}"}
