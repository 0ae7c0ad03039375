"""The page of one case."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.comments import CommentForm
from cases.models import Case, Comment
from cases.policies import hides_answers_now
from cases.selectors.access import visible_case
from cases.selectors.case_page import case_page
from cases.selectors.identities import identity_options
from cases.selectors.thread import CommentOrder, ThreadPosition, visible_comments
from cases.services.answers import reveal_answers
from cases.services.view_counts import count_view
from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from sermo.members.credential_lines.labels import line_activity_label
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def detail(request: MemberRequest, case_id: str) -> HttpResponse:
    case = visible_case(request.viewer, case_id)
    if case.hidden_at is None and case.appears_at is None and request.method == "GET":
        count_view(case.pk)
    return case_response(request, case)


def case_response(
    request: MemberRequest, case: Case, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    """The whole page. A bound form is shown with its text and errors."""
    page = case_page(request.viewer, case, _thread_position(request.GET))
    chosen = request.POST.get("shown_as", "")
    context = {
        "case": case,
        "page": page,
        "orders": CommentOrder.choices,
        "form": form,
        "quoted": _quoted(request, case, sees_answers=page.sees_answers),
        "identity_options": identity_options(request.viewer, case, chosen=chosen),
        "line_activity": line_activity_label(request.viewer.line),
    }
    return render(request, "cases/detail.html", context, status=status)


def _thread_position(data: QueryDict) -> ThreadPosition:
    order, comment = data.get("order", ""), data.get("comment", "")
    is_valid = order in CommentOrder.values and not comment
    return ThreadPosition(
        order=order if is_valid else CommentOrder.OLDEST,
        after=data.get("after", ""),
        before=data.get("before", ""),
        comment=comment,
    )


def _quoted(request: MemberRequest, case: Case, *, sees_answers: bool) -> Comment | None:
    """The comment to quote, if the viewer may see it."""
    public_id = request.POST.get("quoted") or request.GET.get("quote")
    if not public_id:
        return None
    visible = visible_comments(request.viewer, case, sees_answers=sees_answers)
    return visible.filter(public_id=public_id, hidden_at__isnull=True).first()


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def skip_answer(request: MemberRequest, case_id: str) -> HttpResponse:
    """Show all answers without a blind answer. GET asks for confirmation."""
    case = visible_case(request.viewer, case_id)
    if request.method == "POST":
        reveal_answers(viewer=request.viewer, case=case, skipped_answer=True)
        return redirect(f"{case.get_absolute_url()}#discussion")
    if not hides_answers_now(case):
        return redirect(case)
    return render_part_or_page(
        request, "cases/_skip_answer.html", "cases/skip_answer.html", {"case": case}
    )
