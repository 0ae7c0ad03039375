"""The search page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.models import CaseStatus, Urgency
from sermo.core import specialties
from sermo.core.access import Audience, audience
from sermo.core.quotas import SEARCHES
from sermo.members.services import spend_quota
from sermo.members.viewer.requests import MemberRequest
from sermo.search.forms import SORTS, parse_search
from sermo.search.selectors import search_cases


@require_safe
@audience(Audience.VERIFIED)
def search(request: MemberRequest) -> HttpResponse:
    parameters = parse_search(request.GET)
    if parameters.q:
        spend_quota(viewer=request.viewer, quota=SEARCHES)
    context = {
        "parameters": parameters,
        "page": search_cases(parameters) if parameters.q else None,
        "specialties": specialties.CHOICES,
        "statuses": CaseStatus.choices,
        "urgencies": Urgency.choices,
        "sorts": SORTS,
    }
    return render(request, "search/search.html", context)
