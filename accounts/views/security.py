"""The second factor of staff, and signing out everywhere."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.services.sessions import end_all_sessions
from accounts.sessions import member_credential as session
from accounts.views.requests import UserRequest
from sermo.core.access import PASSKEY, Audience, audience


@require_safe
@audience(Audience.SIGNED_IN)
def second_factor(request: UserRequest) -> HttpResponse:
    """Staff need a passkey: add one, then use it once in each session."""
    viewer = getattr(request, "viewer", None)
    if not request.user.role and not (viewer and viewer.member.role):
        raise Http404
    session.record_second_factor(request, get_authentication_records(request, request.user))
    if request.session[session.SECOND_FACTOR] == PASSKEY:
        return redirect("accounts:welcome")
    passkeys = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    context = {"has_passkey": passkeys.exists()}
    return render(request, "accounts/second_factor.html", context)


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def sign_out_everywhere(request: UserRequest) -> HttpResponse:
    """End every session and forget every device, this one too."""
    if request.method == "GET":
        return render(request, "accounts/sign_out_everywhere.html")
    end_all_sessions(user=request.user)
    logout(request)
    messages.success(request, _("You are signed out on every device."))
    response = redirect("account_login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
