"""Signing in, entering once, unlocking on an unknown device, and the page after leaving."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors, services
from accounts.credential_wrapping.member_credential import MemberCredential
from accounts.errors import MembershipAlreadyIssued, WrongPassword
from accounts.forms import ChooseHandleForm, UnlockForm, clean_handle
from accounts.models import SlotContents, StaffRole, User
from accounts.services import credential_slots
from accounts.services.membership import has_membership
from accounts.sessions import device_cookie
from accounts.sessions import member_credential as session
from accounts.views.recovery import SHOWN_RECOVERY_CODE
from accounts.views.requests import UserRequest, limit_rate
from sermo.core.access import Audience, audience
from sermo.core.quotas import ENTRIES, HANDLE_CHECKS, UNLOCKS
from sermo.core.unsent.store import has_key
from sermo.members.pseudonyms import handles
from sermo.members.services import HandleTaken

MAX_HANDLE_LENGTH = 30


@require_safe
@audience(Audience.SIGNED_IN)
def welcome(request: UserRequest) -> HttpResponse:
    """Redirect a user who has signed in to the page of their next step."""
    user = request.user
    if user.is_paused:
        return redirect("verification:membership-paused")
    if has_key(request) and not _must_unlock(request):
        return redirect(f"{reverse('core:unsent')}#unsent")
    if user.role == StaffRole.REVIEWER:
        return redirect("verification:review")
    if user.role == StaffRole.REGISTRAR:
        return redirect("core:admin")
    if session.session_credential(request):
        return redirect("cases:feed")
    if _must_unlock(request):
        return redirect("accounts:unlock")
    if selectors.is_verified(user):
        return redirect("accounts:enter")
    return redirect("verification:status")


def _must_unlock(request: UserRequest) -> bool:
    is_open = session.session_credential(request) is not None
    return session.is_membership_issued(request) and not is_open


@require_http_methods(["GET", "POST"])
@audience(Audience.APPLICANT)
def choose_handle(request: UserRequest) -> HttpResponse:
    """Choose a handle and enter the community, once in a lifetime."""
    user = request.user
    if selectors.read_slots(user.pk).is_issued:
        if request.method == "POST":
            # The second click: the first stores the credential in this session, so that a session
            # stored here would be older than it and lose it.
            return redirect("accounts:recovery-code")
        # By another session of this person, since this one signed in.
        session.record_membership(request, is_issued=True)
        return redirect("accounts:welcome")
    if not selectors.is_verified(user):
        return redirect("accounts:welcome")
    if "suggestion" in request.POST:
        # One of the suggestions: it moves into the field, and nothing is sent yet.
        handle = request.POST["suggestion"]
        form = ChooseHandleForm(initial={**request.POST.dict(), "handle": handle})
        return _render_choose_handle(request, form)
    form = ChooseHandleForm(request.POST or None)
    # A handle that is taken may be this person's own, by the other half of a double click.
    if (form.is_valid() and _try_to_enter(request, form)) or (
        form.is_bound and has_membership(user=user)
    ):
        response = redirect("accounts:recovery-code")
        device_cookie.send_device_cookie(request, response)
        return response
    return _render_choose_handle(request, form, status=422 if request.method == "POST" else 200)


def _render_choose_handle(
    request: UserRequest, form: ChooseHandleForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "suggestions": handles.suggest_handles()}
    return render(request, "accounts/choose_handle.html", context, status=status)


@require_POST
@audience(Audience.APPLICANT)
def check_handle(request: UserRequest) -> HttpResponse:
    """Whether a handle is available, while it is typed. Only a part: the form checks it again."""
    limit_rate(request, HANDLE_CHECKS)
    context = {"handle": request.POST.get("handle", "")[:MAX_HANDLE_LENGTH], "error": ""}
    try:
        clean_handle(context["handle"])
    except ValidationError as refusal:
        context["error"] = str(refusal.message)
    return render(request, "accounts/_handle_availability.html", context)


def _try_to_enter(request: UserRequest, form: ChooseHandleForm) -> bool:
    """Whether the user is a member now; otherwise the form says why not."""
    limit_rate(request, ENTRIES)
    answers = form.cleaned_data
    try:
        credential, code = services.enter_community(
            user=request.user,
            password=answers["password"],
            handle=answers["handle"],
            wants_mail=answers["wants_mail"],
        )
    except (WrongPassword, HandleTaken) as refusal:
        field = "password" if isinstance(refusal, WrongPassword) else "handle"
        form.add_error(field, refusal.sentence)
        return False
    except MembershipAlreadyIssued:
        return True  # by the other half of a double click, whose session has the credential
    session.start_member_session(request, request.user, credential)
    request.session[SHOWN_RECOVERY_CODE] = code
    return True


@require_http_methods(["GET", "POST"])
@audience(Audience.SIGNED_IN)
def unlock(request: UserRequest) -> HttpResponse:
    """Signed in on an unknown device: unwrap the credential by password or recovery code."""
    user = request.user
    if session.session_credential(request) or not session.is_membership_issued(request):
        return redirect("accounts:welcome")
    contents = session.slots_of(request, user)
    needs_both = contents.password is None
    form = UnlockForm(request.POST or None, needs_both=needs_both)
    if form.is_valid():
        limit_rate(request, UNLOCKS)
        credential = _unwrap(user, form, contents)
        if credential is not None:
            session.start_member_session(request, user, credential)
            response = redirect("accounts:welcome")
            device_cookie.send_device_cookie(request, response)
            return response
        form.add_error(None, _("Neither opens your membership. Please check what you typed."))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "needs_both": needs_both}
    return render(request, "accounts/unlock.html", context, status=status)


@require_safe
@audience(Audience.SIGNED_IN)
def left(request: UserRequest) -> HttpResponse:
    """The one page of a person who left, until the night in which they are deleted."""
    departure = session.slots_of(request, request.user).left
    if departure is None:
        return redirect("accounts:welcome")
    return render(request, "accounts/left.html", {"deleted_on": departure.deleted_on})


def _unwrap(user: User, form: UnlockForm, contents: SlotContents) -> MemberCredential | None:
    """The credential by what was typed.

    None for a wrong password, whatever the code: the credential would be wrapped under it.
    """
    password, code = form.cleaned_data["password"], form.cleaned_data["code"]
    if password and not user.check_password(password):
        return None
    credential = services.unwrap_with_password(user, password, contents) if password else None
    if credential is None and code:
        credential = services.unwrap_with_recovery_code(user, code)
        if credential is not None and password:
            # After a reset on an unknown device: from now on the new password unwraps it too.
            credential_slots.replace_password_slot(
                user=user, credential=credential, password=password
            )
    return credential
