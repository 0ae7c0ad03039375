"""The page of a paused membership, and the link by which a contact of record objects."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.http import client_network
from sermo.core.quotas import OBJECTIONS, spend
from verification import selectors, services
from verification.models import ApplicationState
from verification.views.common import SignedInRequest


@require_safe
@audience(Audience.APPLICANT)
def membership_paused(request: SignedInRequest) -> HttpResponse:
    """Why the member cannot read or write now, and what they can do."""
    if not request.user.is_paused:
        return redirect("accounts:welcome")
    context = {"pause": selectors.pause_explanation(request.user.pk)}
    return render(request, "verification/membership_paused.html", context)


@require_POST
@audience(Audience.APPLICANT)
def verify_again(request: SignedInRequest) -> HttpResponse:
    """A draft with the earlier details, to be checked and submitted."""
    application = services.start_application(user=request.user)
    if application.state != ApplicationState.DRAFT:
        return redirect("verification:status")
    return redirect("verification:join")


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.EVERYONE)
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a notice of proofing. GET changes nothing, because scanners follow links."""
    spend(OBJECTIONS, client_network(request))
    notice = services.valid_notice(token)
    if notice is None:
        raise Http404
    if request.method == "POST":
        services.deny_admission(notice=notice)
        return redirect(request.path)
    return render(request, "verification/not_me.html", {"is_denied": notice.denied_at is not None})
