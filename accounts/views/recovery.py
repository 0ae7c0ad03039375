"""The recovery code, and recovery by custodians."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors
from accounts.errors import WrongPassword
from accounts.forms import CompleteRecoveryForm, PasswordForm
from accounts.models import ProofingMethod, RecoveryRequest
from accounts.services import credential_slots
from accounts.services import recovery as recovery_services
from accounts.sessions import device_cookie
from accounts.sessions import member_credential as session
from accounts.views.requests import UserRequest, limit_rate
from sermo.core.access import Audience, audience
from sermo.core.crypto import fingerprint
from sermo.core.quotas import RECOVERIES, RECOVERY_CODES, UNLOCKS

# Session keys: codes that are shown until the user says that they are written down.
SHOWN_RECOVERY_CODE = "recovery_code"
# It decrypts what the custodians return.
SHOWN_REQUEST_CODE = "recovery_request_code"


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def recovery_code(request: UserRequest) -> HttpResponse:
    """Show the code until the user has confirmed it; make a new one on request."""
    credential = session.session_credential(request)
    if credential is None:
        return redirect("accounts:welcome")
    form = PasswordForm()
    status = 200
    if request.method == "POST" and "written_down" in request.POST:
        request.session.pop(SHOWN_RECOVERY_CODE, None)
        return redirect("cases:feed")
    if request.method == "POST":
        limit_rate(request, RECOVERY_CODES)
        form = PasswordForm(request.POST)
        if form.is_valid() and request.user.check_password(form.cleaned_data["password"]):
            code = credential_slots.replace_recovery_code(user=request.user, credential=credential)
            request.session[SHOWN_RECOVERY_CODE] = code
            return redirect("accounts:recovery-code")
        form.add_error("password", WrongPassword.sentence)
        status = 422
    context = {"code": request.session.get(SHOWN_RECOVERY_CODE, ""), "form": form}
    return render(request, "accounts/recovery_code.html", context, status=status)


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def custodian_recovery(request: UserRequest) -> HttpResponse:
    """Neither recovery code nor known device: request recovery by custodians, or cancel it."""
    user = request.user
    if session.session_credential(request) or not session.is_membership_issued(request):
        return redirect("accounts:welcome")
    if request.method == "POST":
        limit_rate(request, RECOVERIES)
    if request.method == "POST" and "cancel" in request.POST:
        recovery_services.cancel_recovery(user=user)
        request.session.pop(SHOWN_REQUEST_CODE, None)
        return redirect("accounts:recovery")
    if request.method == "POST":
        _recovery_request, code = recovery_services.request_recovery(user=user)
        if code:
            request.session[SHOWN_REQUEST_CODE] = code
        return redirect("accounts:recovery")
    return _render_custodian_recovery(request, CompleteRecoveryForm())


def _render_custodian_recovery(
    request: UserRequest, form: CompleteRecoveryForm, *, status: int = 200
) -> HttpResponse:
    pending = selectors.recovery_request_of(request.user)
    context = {
        "recovery_request": pending,
        "code": request.session.get(SHOWN_REQUEST_CODE, "") if pending else "",
        "fingerprint": fingerprint(bytes(pending.recipient_public_key)) if pending else "",
        "form": form,
    }
    return render(request, "accounts/custodian_recovery.html", context, status=status)


@require_POST
@audience(Audience.SIGNED_IN)
def complete_recovery(request: UserRequest) -> HttpResponse:
    """Decrypt what the custodians returned, with the code of the request."""
    user = request.user
    if session.session_credential(request) or not session.is_membership_issued(request):
        return redirect("accounts:welcome")
    limit_rate(request, UNLOCKS)
    form = CompleteRecoveryForm(request.POST)
    if not form.is_valid():
        return _render_custodian_recovery(request, form, status=422)
    password = form.cleaned_data["password"]
    if not user.check_password(password):
        form.add_error("password", WrongPassword.sentence)
        return _render_custodian_recovery(request, form, status=422)
    recovered = recovery_services.complete_recovery(
        user=user, typed=form.cleaned_data["code"], password=password
    )
    if recovered is None:
        form.add_error("code", _("This code does not open what the custodians brought."))
        return _render_custodian_recovery(request, form, status=422)
    credential, code = recovered
    session.start_member_session(request, user, credential)
    request.session.pop(SHOWN_REQUEST_CODE, None)
    request.session[SHOWN_RECOVERY_CODE] = code
    response = redirect("accounts:recovery-code")
    device_cookie.send_device_cookie(request, response)
    return response


@require_http_methods(["GET", "POST"])
@audience(Audience.REGISTRAR)
def recovery_requests(request: UserRequest) -> HttpResponse:
    """For registrars: who waits for identity proofing."""
    if request.method == "POST":
        pending = get_object_or_404(RecoveryRequest, public_id=request.POST.get("request", ""))
        recovery_services.record_identity_proofing(
            request=pending,
            registrar=request.user,
            proofing_method=request.POST.get("proofing_method", ""),
        )
        messages.success(request, _("Recorded. Two custodians may act once the 72 hours are over."))
        return redirect("accounts:recoveries")
    rows = [
        {
            "request": pending,
            "name": selectors.real_name(pending.user),
            "email": pending.user.email,
        }
        for pending in selectors.recovery_requests_without_proofing()
    ]
    context = {"rows": rows, "proofing_methods": ProofingMethod.choices}
    return render(request, "accounts/recovery_requests.html", context)
