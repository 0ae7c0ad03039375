"""The feed of cases."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.forms.feed import parse_feed_query, specialty_options
from cases.models import CaseStatus, Urgency
from cases.selectors.cursors import InvalidCursor
from cases.selectors.feed import FeedSort, count_newer, feed_page
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest

SHORTCUTS = [
    {"keys": "j", "text": "Next case"},
    {"keys": "k", "text": "Case before"},
    {"keys": "Enter", "text": "Open the case"},
]


@require_safe
@audience(Audience.VERIFIED)
def feed(request: MemberRequest) -> HttpResponse:
    query, has_invalid_filter = parse_feed_query(request.GET)
    page = feed_page(request.viewer, query)
    context = {
        "page": page,
        "query": query,
        "is_invalid": has_invalid_filter or page.is_cursor_invalid,
        "newer_url": _page_url(request.GET, "before", page.newer),
        "older_url": _page_url(request.GET, "after", page.older),
        "new_cases_url": _page_url(request.GET, "since", page.newest),
        "specialties": specialty_options(query.specialty),
        "statuses": CaseStatus.choices,
        "urgencies": Urgency.choices,
        "sorts": FeedSort.choices,
        "shortcuts": SHORTCUTS,
    }
    return render(request, "cases/feed.html", context)


@require_safe
@audience(Audience.VERIFIED)
def new_cases(request: MemberRequest) -> HttpResponse:
    """The button "3 new" above the list, for polling. The list itself does not change."""
    query, _has_invalid_filter = parse_feed_query(request.GET)
    try:
        n = count_newer(request.viewer, query, request.GET.get("since", ""))
    except InvalidCursor:
        return HttpResponseBadRequest()
    context = {"n": n, "new_cases_url": _page_url(request.GET, "since", request.GET["since"])}
    return render(request, "cases/_new_cases.html", context)


def _page_url(data: QueryDict, name: str, cursor: str) -> str:
    """A relative URL with the same filters and this cursor; empty without a cursor."""
    if not cursor:
        return ""
    query = data.copy()
    for other in ("after", "before", "since"):
        query.pop(other, None)
    query[name] = cursor
    return f"?{query.urlencode()}"
