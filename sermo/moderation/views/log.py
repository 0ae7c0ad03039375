"""The public log of moderation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sermo.core.access import Audience, audience
from sermo.moderation.selectors.reports import log_page, monthly_counts, monthly_disclosures


@require_safe
@audience(Audience.EVERYONE)
def log(request: HttpRequest) -> HttpResponse:
    """Counts by month for everybody; the decisions themselves for members."""
    viewer = getattr(request, "viewer", None)
    decisions, more = log_page(request.GET.get("before", "")) if viewer else ([], "")
    context = {
        "months": monthly_counts(),
        "disclosures": monthly_disclosures(),
        "decisions": decisions,
        "more": more,
        "is_member": viewer is not None,
    }
    return render(request, "moderation/log.html", context)
