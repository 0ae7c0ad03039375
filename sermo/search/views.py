"""One field, one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.models import CaseStatus, Urgency
from sermo.core import specialties
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest
from sermo.search import forms, selectors


@require_safe
@audience(Audience.VERIFIED)
def search(request: MemberRequest) -> HttpResponse:
    wish = forms.read(request.GET)
    context = {
        "wish": wish,
        "results": selectors.results(wish) if wish.q else None,
        "specialties": specialties.CHOICES,
        "statuses": CaseStatus.choices,
        "urgencies": Urgency.choices,
        "sorts": forms.SORTS,
    }
    return render(request, "search/search.html", context)
