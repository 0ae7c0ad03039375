"""Between signing in and being inside."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.credential_wrapping.slots import MemberCredential
from accounts.errors import MembershipAlreadyIssued, WrongPassword
from accounts.forms import EnterForm, PasswordForm, RecoveredForm, UnlockForm, clean_handle
from accounts.models import (
    ProofingMethod,
    RecoveryRequest,
    StaffRole,
    User,
    VerifiedPerson,
)
from accounts.services import recovery as recoveries
from accounts.sessions import member_credential as session
from sermo.core.access import PASSKEY, Audience, audience
from sermo.core.crypto import fingerprint
from sermo.core.errors import TooMany
from sermo.core.http import within_rate
from sermo.members.pseudonyms import handles
from sermo.members.services import HandleTaken

CODE = "recovery_code"
# Shown while the custodians are asked; it opens what they bring.
ASKED_CODE = "asked_code"
TRIES, WINDOW = 10, 3600


class UserRequest(HttpRequest):
    user: User


@require_safe
@audience(Audience.SIGNED_IN)
def welcome(request: UserRequest) -> HttpResponse:
    """Where somebody who signed in belongs."""
    user = request.user
    if user.role == StaffRole.REVIEWER:
        return redirect("verification:review")
    if user.role == StaffRole.REGISTRAR:
        return redirect("core:admin")
    if user.is_paused:
        return redirect("verification:standing")
    if session.session_credential(request):
        return redirect("cases:feed")
    if user.membership_issued_month:
        return redirect("accounts:unlock")
    if VerifiedPerson.objects.filter(user=user).exists():
        return redirect("accounts:enter")
    return redirect("verification:status")


@require_http_methods(["GET", "POST"])
@audience(Audience.APPLICANT)
def enter(request: UserRequest) -> HttpResponse:
    """Choose a pseudonym and enter, once in a life."""
    user = request.user
    if user.membership_issued_month or not VerifiedPerson.objects.filter(user=user).exists():
        return redirect("accounts:welcome")
    if "take" in request.POST:
        # One of the suggestions: it moves into the field, and nothing is sent yet.
        form = EnterForm(initial={**request.POST.dict(), "handle": request.POST["take"]})
        return _show_enter(request, form)
    form = EnterForm(request.POST or None)
    # A name that is taken may be this person's own, by the other half of a double click.
    if (form.is_valid() and _try_to_enter(request, form)) or (
        form.is_bound and services.has_membership(user=user)
    ):
        response = redirect("accounts:recovery-code")
        session.send_device_cookie(request, response)
        return response
    return _show_enter(request, form, status=422 if request.method == "POST" else 200)


def _show_enter(request: UserRequest, form: EnterForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "suggestions": handles.suggest_handles()}
    return render(request, "accounts/choose_handle.html", context, status=status)


@require_POST
@audience(Audience.APPLICANT)
def try_handle(request: UserRequest) -> HttpResponse:
    """Whether a name can be had, while it is typed; a part only, for the form says the same."""
    _limit(request, "try-handle", limit=TRIES * 12)
    context = {"handle": request.POST.get("handle", "")[:30], "refused": ""}
    try:
        clean_handle(context["handle"])
    except ValidationError as refused:
        context["refused"] = str(refused.message)
    return render(request, "accounts/_handle_availability.html", context)


def _try_to_enter(request: UserRequest, form: EnterForm) -> bool:
    _limit(request, "enter")
    said = form.cleaned_data
    try:
        pair, code = services.enter_community(
            user=request.user,
            password=said["password"],
            handle=said["handle"],
            wants_mail=said["wants_mail"],
        )
    except (WrongPassword, HandleTaken) as refused:
        field = "password" if isinstance(refused, WrongPassword) else "handle"
        form.add_error(field, refused.sentence)
        return False
    except MembershipAlreadyIssued:
        return True  # the other half of a double click made it; its session holds the pair
    session.start_member_session(request, request.user, pair)
    request.session[CODE] = code
    return True


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def recovery_code(request: UserRequest) -> HttpResponse:
    """Show the code until it is said to be kept; make a new one on request."""
    pair = session.session_credential(request)
    if pair is None:
        return redirect("accounts:welcome")
    form = PasswordForm()
    status = 200
    if request.method == "POST" and "kept" in request.POST:
        request.session.pop(CODE, None)
        return redirect("cases:feed")
    if request.method == "POST":
        _limit(request, "renew")
        form = PasswordForm(request.POST)
        if form.is_valid() and request.user.check_password(form.cleaned_data["password"]):
            request.session[CODE] = services.replace_recovery_code(user=request.user, pair=pair)
            return redirect("accounts:recovery-code")
        form.add_error("password", WrongPassword.sentence)
        status = 422
    context = {"code": request.session.get(CODE, ""), "form": form}
    return render(request, "accounts/recovery_code.html", context, status=status)


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def unlock(request: UserRequest) -> HttpResponse:
    """Signed in, but nothing here opens the membership yet: password, or recovery code."""
    user = request.user
    if session.session_credential(request) or not user.membership_issued_month:
        return redirect("accounts:welcome")
    needs_both = not services.has_password_slot(user)
    form = UnlockForm(request.POST or None, needs_both=needs_both)
    if form.is_valid():
        _limit(request, "unlock")
        pair = _open(user, form)
        if pair is not None:
            session.start_member_session(request, user, pair)
            response = redirect("accounts:welcome")
            session.send_device_cookie(request, response)
            return response
        form.add_error(None, _("Neither opens your membership. Please check what you typed."))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "needs_both": needs_both}
    return render(request, "accounts/unlock.html", context, status=status)


def _open(user: User, form: UnlockForm) -> MemberCredential | None:
    """A password that is wrong opens nothing, whatever the code: it would close the pair anew."""
    password, code = form.cleaned_data["password"], form.cleaned_data["code"]
    if password and not user.check_password(password):
        return None
    pair = services.unwrap_with_password(user, password) if password else None
    if pair is None and code:
        pair = services.unwrap_with_recovery_code(user, code)
        if pair is not None and password:
            # After a reset without a known device: from now on the new password opens it too.
            services.replace_password_slot(user=user, pair=pair, password=password)
    return pair


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def recovery(request: UserRequest) -> HttpResponse:
    """Neither code nor known device: the slow way, said in plain words."""
    user = request.user
    if session.session_credential(request) or not user.membership_issued_month:
        return redirect("accounts:welcome")
    if request.method == "POST" and "call_off" in request.POST:
        recoveries.cancel_recovery(user=user)
        request.session.pop(ASKED_CODE, None)
        return redirect("accounts:recovery")
    if request.method == "POST":
        _, code = recoveries.request_recovery(user=user)
        if code:
            request.session[ASKED_CODE] = code
        return redirect("accounts:recovery")
    return _show_recovery(request, RecoveredForm())


def _show_recovery(request: UserRequest, form: RecoveredForm, *, status: int = 200) -> HttpResponse:
    asked = recoveries.recovery_request_of(request.user)
    context = {
        "asked": asked,
        "code": request.session.get(ASKED_CODE, "") if asked else "",
        "fingerprint": fingerprint(bytes(asked.recipient)) if asked else "",
        "form": form,
    }
    return render(request, "accounts/custodian_recovery.html", context, status=status)


@require_POST
@audience(Audience.SIGNED_IN)
def recovered(request: UserRequest) -> HttpResponse:
    """The code written down when it was asked for opens what the custodians brought."""
    user = request.user
    if session.session_credential(request) or not user.membership_issued_month:
        return redirect("accounts:welcome")
    _limit(request, "unlock")
    form = RecoveredForm(request.POST)
    if not form.is_valid():
        return _show_recovery(request, form, status=422)
    password = form.cleaned_data["password"]
    if not user.check_password(password):
        form.add_error("password", WrongPassword.sentence)
        return _show_recovery(request, form, status=422)
    found = recoveries.complete_recovery(
        user=user, typed=form.cleaned_data["code"], password=password
    )
    if found is None:
        form.add_error("code", _("This code does not open what the custodians brought."))
        return _show_recovery(request, form, status=422)
    pair, code = found
    session.start_member_session(request, user, pair)
    request.session.pop(ASKED_CODE, None)
    request.session[CODE] = code
    response = redirect("accounts:recovery-code")
    session.send_device_cookie(request, response)
    return response


@require_http_methods(["GET", "POST"])
@audience(Audience.REGISTRAR)
def recoveries_waiting(request: UserRequest) -> HttpResponse:
    """Who has lost everything and waits for somebody to check anew who they are."""
    if request.method == "POST":
        asked = get_object_or_404(RecoveryRequest, public_id=request.POST.get("request", ""))
        recoveries.record_identity_proofing(
            request=asked, registrar=request.user, proof=request.POST.get("proof", "")
        )
        messages.success(request, _("Recorded. Two custodians may act once the 72 hours are over."))
        return redirect("accounts:recoveries")
    rows = [
        {"request": one, "name": services.real_name(one.user), "email": one.user.email}
        for one in recoveries.recovery_requests_without_proofing()
    ]
    return render(
        request, "accounts/recovery_requests.html", {"rows": rows, "proofs": ProofingMethod.choices}
    )


@require_safe
@audience(Audience.SIGNED_IN)
def second_factor(request: UserRequest) -> HttpResponse:
    """Staff work behind a passkey: add one, then show it once in each session."""
    viewer = getattr(request, "viewer", None)
    if not request.user.role and not (viewer and viewer.member.role):
        raise Http404
    session.record_second_factor(request, get_authentication_records(request, request.user))
    if request.session[session.SECOND_FACTOR] == PASSKEY:
        return redirect("accounts:welcome")
    passkeys = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    return render(request, "accounts/second_factor.html", {"has_one": passkeys.exists()})


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def sign_out_everywhere(request: UserRequest) -> HttpResponse:
    """End every session and forget every device, this one too."""
    if request.method == "GET":
        return render(request, "accounts/sign_out_everywhere.html")
    services.end_all_sessions(user=request.user)
    logout(request)
    messages.success(request, _("You are signed out on every device."))
    response = redirect("account_login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _limit(request: UserRequest, what: str, *, limit: int = TRIES) -> None:
    if not within_rate(what, str(request.user.pk), limit=limit, seconds=WINDOW):
        raise TooMany
