"""Who may call a view. Above each view stand its method and its audience, and nothing else decides.

What is not yours is a 404; what is yours but needs a step first leads to that step.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

View = Callable[..., HttpResponse]
# The one kind of second factor that no lookalike site can ask for (SECURITY.md, MFA).
PASSKEY = "webauthn"


class Audience(Enum):
    """Each names the least a caller must be; tests/test_access.py holds the whole table."""

    EVERYONE = "everyone"
    SIGNED_IN = "signed in, member or not"
    APPLICANT = "signed in, not yet a member, holding no staff role"
    VERIFIED = "a member in good standing"
    MODERATOR = "a member who moderates, or administers the community store"
    ADMIN = "a member who administers the community store"
    REVIEWER = "staff of the identity store: reviews verification"
    REGISTRAR = "staff of the identity store: administers it"


COMMUNITY_ROLES = {
    Audience.MODERATOR: {"moderator", "admin"},
    Audience.ADMIN: {"admin"},
}
IDENTITY_ROLES = {
    Audience.REVIEWER: {"reviewer", "registrar"},
    Audience.REGISTRAR: {"registrar"},
}


def audience(who: Audience) -> Callable[[View], View]:
    """Mark a view with its audience and refuse everybody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refused = refuse(request, who)
            return refused if refused is not None else view(request, *args, **kwargs)

        wrapped.audience = who  # type: ignore[attr-defined]  # read by tests/test_access.py
        return wrapped

    return decorate


def refuse(request: HttpRequest, who: Audience) -> HttpResponse | None:
    """The answer to somebody outside the audience; None for somebody inside. Raises `Http404`."""
    if who is Audience.EVERYONE:
        return None
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    if who is Audience.SIGNED_IN:
        return None
    role = request.user.role
    if who in IDENTITY_ROLES:
        if role not in IDENTITY_ROLES[who]:
            raise Http404
        return _ask_second_factor(request)
    if who is Audience.APPLICANT:
        # A member whose verification is in doubt goes through it again.
        new = request.user.membership_issued_month is None or request.user.is_paused
        outside = not role and new
        return None if outside else _elsewhere("accounts:welcome", request)
    if role:
        raise Http404  # staff of the identity store never enter the community
    if request.user.is_paused:
        return _elsewhere("verification:membership-paused", request)
    return _refuse_non_member(request, who)


def _refuse_non_member(request: HttpRequest, who: Audience) -> HttpResponse | None:
    viewer = request.viewer  # type: ignore[attr-defined]  # set by sermo.members.viewer.middleware
    if viewer is None:
        if who in COMMUNITY_ROLES:
            raise Http404
        # Not verified yet, verified but not entered, or entered on another device: welcome sorts.
        return _elsewhere("accounts:welcome", request)
    if viewer.member.suspended_at is not None:
        return render(request, "errors/suspended.html", status=403)
    if who in COMMUNITY_ROLES:
        if viewer.member.role not in COMMUNITY_ROLES[who]:
            raise Http404
        return _ask_second_factor(request)
    return None


def _ask_second_factor(request: HttpRequest) -> HttpResponse | None:
    """Staff work behind a passkey; `SERMO_STAFF_SECOND_FACTOR` is true by default."""
    if not settings.STAFF_SECOND_FACTOR or request.session.get("second_factor") == PASSKEY:
        return None
    return _elsewhere("accounts:second-factor", request)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
    return redirect_to_login(request.get_full_path())


def _elsewhere(name: str, request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=403, headers={"HX-Redirect": reverse(name)})
    return HttpResponseRedirect(reverse(name))
