"""The feed and the page of a case."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.discussion import CommentForm
from cases.forms.feed import specialty_options, wish_of
from cases.models import Case, Status, Urgency
from cases.policies import is_author, is_sealing
from cases.selectors import feed as feed_selectors
from cases.selectors.cursors import BadCursor
from cases.selectors.feed import Sort
from cases.selectors.opening import visible_case
from cases.selectors.page import case_page
from cases.selectors.thread import Order, Where, visible_to
from cases.services.opening import open_case
from cases.views.identities import identities
from cases.views_counter import count_view
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
    wish, was_odd = wish_of(request.GET)
    page = feed_selectors.page(request.viewer, wish)
    context = {
        "page": page,
        "wish": wish,
        "was_odd": was_odd or page.is_cursor_bad,
        "newer_url": _page_url(request.GET, "before", page.newer),
        "older_url": _page_url(request.GET, "after", page.older),
        "news_url": _page_url(request.GET, "since", page.newest),
        "specialties": specialty_options(wish.specialty),
        "statuses": Status.choices,
        "urgencies": Urgency.choices,
        "sorts": Sort.choices,
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
def news(request: MemberRequest) -> HttpResponse:
    """The button "3 new" above a list that never moves by itself."""
    wish, _was_odd = wish_of(request.GET)
    try:
        n = feed_selectors.n_newer(request.viewer, wish, request.GET.get("since", ""))
    except BadCursor:
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
        "orders": Order.choices,
        "form": form,
        "quoted": _quoted(request, page.is_open, case),
        "specimens": specimens_of(request, case),
    }
    return render(request, "cases/detail.html", context, status=status)


def _where(data: QueryDict) -> Where:
    order = data.get("order", Order.TOLD)
    comment = data.get("comment", "")
    return Where(
        order=order if order in Order.values and not comment else Order.TOLD,
        after=data.get("after", ""),
        before=data.get("before", ""),
        comment=comment,
    )


def _quoted(request: MemberRequest, is_open: bool, case: Case) -> object | None:
    """The comment that "Quote" was pressed on, if the viewer is sent it at all."""
    public_id = request.POST.get("quoted") or request.GET.get("quote")
    if not public_id:
        return None
    shown = visible_to(request.viewer, case, is_open=is_open)
    return shown.filter(public_id=public_id, hidden_at__isnull=True).first()


def specimens_of(request: MemberRequest, case: Case) -> list[dict[str, Any]]:
    """Bylines to choose from. An anonymous author of the case stays so at first."""
    chosen = request.POST.get("shown_as") or default_identity(request.viewer, case)
    own_alias = case.byline if case.pseudonym and is_author(request.viewer, case) else ""
    return identities(request.viewer, case.pk, chosen=chosen, known_alias=own_alias)


def default_identity(viewer: Viewer, case: Case) -> str:
    return case.shown_as if is_author(viewer, case) else ShownAs.HANDLE


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def just_read(request: MemberRequest, case_id: str) -> HttpResponse:
    """Open everything and give up the answer given blind; asked once before it is done."""
    case = visible_case(request.viewer, case_id)
    if request.method == "POST":
        open_case(viewer=request.viewer, case=case, just_read=True)
        return redirect(f"{case.get_absolute_url()}#discussion")
    if not is_sealing(case):
        return redirect(case)
    return render_part_or_page(
        request, "cases/_skip_answer.html", "cases/skip_answer.html", {"case": case}
    )
