"""The public log of moderation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sermo.core.access import Audience, audience, is_reading_member
from sermo.moderation.selectors.reports import log_page, monthly_counts, monthly_disclosures


@require_safe
@audience(Audience.EVERYONE)
def log(request: HttpRequest) -> HttpResponse:
    """Counts by month for everybody; the decisions themselves for members."""
    is_member = is_reading_member(request)
    decisions, more = log_page(request.GET.get("before", "")) if is_member else ([], "")
    context = {
        "months": monthly_counts(),
        "disclosures": monthly_disclosures(),
        "decisions": decisions,
        "more": more,
        "is_member": is_member,
    }
    return render(request, "moderation/log.html", context)
