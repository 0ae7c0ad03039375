"""`/review/sources/`: what each source needs, and its state."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from verification.pipeline import circuit_breaker
from verification.selectors import source_status
from verification.views.common import SignedInRequest


@require_safe
@audience(Audience.REGISTRAR)
def index(request: SignedInRequest) -> HttpResponse:
    context = {
        "vendors": source_status.vendor_statuses(),
        "registers": source_status.register_statuses(),
        "failed_checks": source_status.failed_checks(),
    }
    return render(request, "verification/source_health.html", context)


@require_POST
@audience(Audience.REGISTRAR)
def resume(request: SignedInRequest, provider: str) -> HttpResponse:
    """Close the breaker: the vendor is asked again with the next request."""
    circuit_breaker.record_success(provider)
    messages.success(request, _("It is asked again with the next question."))
    return redirect("verification:sources")
