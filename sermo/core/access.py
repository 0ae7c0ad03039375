"""The decorator that says who may call a view.

Each view has a decorator for its HTTP method and one for its audience; no other code decides who
may call it. A person outside the audience gets a 404, or a redirect if one more step (signing in,
a second factor) would let them in.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sermo.core.http import background_answer, is_background
from sermo.core.middleware import SAFE_METHODS
from sermo.core.unsent.form_pages import holds_words, page_of_form
from sermo.core.unsent.kept_words import forget_sent_words, keep_words

View = Callable[..., HttpResponse]
# Only this second factor resists phishing (docs/design/security.md).
PASSKEY = "webauthn"


class Audience(Enum):
    """The minimum that a caller must be; tests/access_table.py lists what each role gets."""

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
    """Mark a view with its audience, and refuse callers outside it before the view runs."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refused = refuse(request, who)
            if refused is not None:
                return keep_words(request, refused)
            response = view(request, *args, **kwargs)
            forget_sent_words(request, response)
            return response

        wrapped.audience = who  # type: ignore[attr-defined]  # read by tests/test_access.py
        return wrapped

    return decorate


def refuse(request: HttpRequest, who: Audience) -> HttpResponse | None:
    """The response for a caller outside the audience, or None if the caller may go on.

    Raises `Http404` if the caller must not learn that the page exists.
    """
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
        # A paused member is verified again, as an applicant.
        is_issued = request.session.get("membership_issued", False)
        outside = not role and (not is_issued or request.user.is_paused)
        return None if outside else _redirect("accounts:welcome", request)
    if role:
        raise Http404  # staff of the identity store never enter the community
    if request.user.is_paused:
        return _redirect("verification:membership-paused", request)
    return _refuse_non_member(request, who)


def is_reading_member(request: HttpRequest) -> bool:
    """Whether the caller is a member in good standing: neither suspended nor paused.

    For pages that everybody may open and that show more to members. `request.viewer` alone says
    only that this session opened a membership.
    """
    viewer, user = getattr(request, "viewer", None), getattr(request, "user", None)
    if viewer is None or user is None or not user.is_authenticated:
        return False
    return not (viewer.is_banned or user.role or user.is_paused)


def _refuse_non_member(request: HttpRequest, who: Audience) -> HttpResponse | None:
    viewer = request.viewer  # type: ignore[attr-defined]  # set by sermo.members.viewer.middleware
    if viewer is None:
        if who in COMMUNITY_ROLES:
            raise Http404
        # Not verified yet, not entered yet, or entered on another device: `welcome` decides.
        return _redirect("accounts:welcome", request)
    if viewer.is_banned:
        return render(request, "errors/suspended.html", status=403)
    if who in COMMUNITY_ROLES:
        if viewer.member.role not in COMMUNITY_ROLES[who]:
            raise Http404
        return _ask_second_factor(request)
    return None


def _ask_second_factor(request: HttpRequest) -> HttpResponse | None:
    """A redirect unless this session used a passkey or the setting does not require one."""
    if not settings.STAFF_SECOND_FACTOR or request.session.get("second_factor") == PASSKEY:
        return None
    return _redirect("accounts:second-factor", request)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; it says so if the session of this browser has ended.

    It leads back only to an address that can be opened with a link.
    """
    if is_background(request):
        sentence = _("You are signed out. Sign in in a new window, then go on here.")
        return background_answer(
            request, 401, sentence, url=reverse(settings.LOGIN_URL), label=_("Sign in")
        )
    has_ended = settings.SESSION_COOKIE_NAME in request.COOKIES and not request.session.session_key
    if has_ended and not holds_words(request):  # `keep_words` says more
        messages.info(request, _signed_out_message(request))
    if request.method in SAFE_METHODS:
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(page_of_form(request))


def _signed_out_message(request: HttpRequest) -> str:
    if request.method in SAFE_METHODS:
        return _("You were signed out, but nothing that you saved was lost.")
    return _("You were signed out before this was sent, but nothing that you saved was lost.")


def _redirect(name: str, request: HttpRequest) -> HttpResponse:
    if is_background(request):
        sentence = _("One more step is needed first. Take it in a new window, then go on here.")
        return background_answer(
            request, 403, sentence, url=reverse(name), label=_("Open the next step")
        )
    return HttpResponseRedirect(reverse(name))
