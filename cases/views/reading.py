"""The feed and the page of a case."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.comments import CommentForm
from cases.forms.feed import parse_feed_query, specialty_options
from cases.jobs.flush_views import count_view
from cases.models import Case, CaseStatus, Urgency
from cases.policies import hides_answers_now, is_author
from cases.selectors import feed as feed_selectors
from cases.selectors.access import visible_case
from cases.selectors.case_page import case_page
from cases.selectors.cursors import InvalidCursor
from cases.selectors.feed import FeedSort
from cases.selectors.identities import identity_options_for
from cases.selectors.thread import CommentOrder, ThreadPosition, visible_comments
from cases.services.answers import reveal_answers
from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.members.viewer.requests import MemberRequest

KEYS = [
    {"keys": "j", "text": "Next case"},
    {"keys": "k", "text": "Case before"},
    {"keys": "Enter", "text": "Open the case"},
]


@require_safe
@audience(Audience.VERIFIED)
def feed(request: MemberRequest) -> HttpResponse:
    wish, was_odd = parse_feed_query(request.GET)
    page = feed_selectors.feed_page(request.viewer, wish)
    context = {
        "page": page,
        "wish": wish,
        "was_odd": was_odd or page.is_cursor_bad,
        "newer_url": _page_url(request.GET, "before", page.newer),
        "older_url": _page_url(request.GET, "after", page.older),
        "news_url": _page_url(request.GET, "since", page.newest),
        "specialties": specialty_options(wish.specialty),
        "statuses": CaseStatus.choices,
        "urgencies": Urgency.choices,
        "sorts": FeedSort.choices,
        "shortcuts": KEYS,
    }
    return render(request, "cases/feed.html", context)


def _page_url(data: QueryDict, name: str, cursor: str) -> str:
    """The same filters at another place of the list."""
    if not cursor:
        return ""
    query = data.copy()
    for other in ("after", "before", "since"):
        query.pop(other, None)
    query[name] = cursor
    return f"?{query.urlencode()}"


@require_safe
@audience(Audience.VERIFIED)
def new_cases(request: MemberRequest) -> HttpResponse:
    """The button "3 new" above a list that never moves by itself."""
    wish, _was_odd = parse_feed_query(request.GET)
    try:
        n = feed_selectors.count_newer(request.viewer, wish, request.GET.get("since", ""))
    except InvalidCursor:
        return HttpResponseBadRequest()
    context = {"n": n, "news_url": _page_url(request.GET, "since", request.GET["since"])}
    return render(request, "cases/_new_cases.html", context)


@require_safe
@audience(Audience.VERIFIED)
def detail(request: MemberRequest, case_id: str) -> HttpResponse:
    case = visible_case(request.viewer, case_id)
    if case.hidden_at is None and request.method == "GET":
        count_view(case.pk)
    return case_response(request, case)


def case_response(
    request: MemberRequest, case: Case, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    """The whole page; with a bound form, what was typed and why it was not taken."""
    page = case_page(request.viewer, case, _where(request.GET))
    context = {
        "case": case,
        "page": page,
        "orders": CommentOrder.choices,
        "form": form,
        "quoted": _quoted(request, page.is_open, case),
        "specimens": identity_options(request, case),
    }
    return render(request, "cases/detail.html", context, status=status)


def _where(data: QueryDict) -> ThreadPosition:
    order = data.get("order", CommentOrder.TOLD)
    comment = data.get("comment", "")
    return ThreadPosition(
        order=order if order in CommentOrder.values and not comment else CommentOrder.TOLD,
        after=data.get("after", ""),
        before=data.get("before", ""),
        comment=comment,
    )


def _quoted(request: MemberRequest, is_open: bool, case: Case) -> object | None:
    """The comment that "Quote" was pressed on, if the viewer is sent it at all."""
    public_id = request.POST.get("quoted") or request.GET.get("quote")
    if not public_id:
        return None
    shown = visible_comments(request.viewer, case, is_open=is_open)
    return shown.filter(public_id=public_id, hidden_at__isnull=True).first()


def identity_options(request: MemberRequest, case: Case) -> list[dict[str, Any]]:
    """Bylines to choose from. An anonymous author of the case stays so at first."""
    chosen = request.POST.get("shown_as") or default_identity(request.viewer, case)
    own_alias = case.byline if case.pseudonym and is_author(request.viewer, case) else ""
    return identity_options_for(request.viewer, case.pk, chosen=chosen, known_alias=own_alias)


def default_identity(viewer: Viewer, case: Case) -> str:
    return case.shown_as if is_author(viewer, case) else ShownAs.HANDLE


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def skip_answer(request: MemberRequest, case_id: str) -> HttpResponse:
    """Open everything and give up the answer given blind; asked once before it is done."""
    case = visible_case(request.viewer, case_id)
    if request.method == "POST":
        reveal_answers(viewer=request.viewer, case=case, skipped_answer=True)
        return redirect(f"{case.get_absolute_url()}#discussion")
    if not hides_answers_now(case):
        return redirect(case)
    return render_part_or_page(
        request, "cases/_skip_answer.html", "cases/skip_answer.html", {"case": case}
    )
