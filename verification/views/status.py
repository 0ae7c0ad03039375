"""`/join/status/`: the status page, and what can be done on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.errors import DomainError, TooMany
from sermo.core.http import idempotency_key, mark_refused, render_part_or_page
from verification import selectors, services
from verification.forms.status import ContactCodeForm, ReviewerAnswerForm
from verification.models import Application, ApplicationState, AwaitedInput
from verification.services.contact_code import CodeResult
from verification.services.draft import can_appeal
from verification.views.common import SignedInRequest, waiting_time_words

POLL_SECONDS = {
    ApplicationState.SUBMITTED: 3,
    ApplicationState.CHECKING: 3,
    ApplicationState.IN_REVIEW: 20,
}
STOP_POLLING_STATUS = 286
# For a paused member these states are no reason to show the status page.
RESTARTABLE = {ApplicationState.WITHDRAWN, ApplicationState.EXPIRED}


@require_safe
@audience(Audience.APPLICANT)
def status(request: SignedInRequest) -> HttpResponse:
    """Polled by htmx: 204 if nothing changed, so that the focus stays; 286 ends the polling."""
    application = selectors.latest_application(request.user.pk)
    if application is None or application.state == ApplicationState.DRAFT:
        return redirect("verification:join")
    if request.user.is_paused and application.state in {ApplicationState.APPROVED, *RESTARTABLE}:
        return redirect("verification:membership-paused")
    if not request.htmx:
        return render(request, "verification/status.html", status_context(application))
    if request.GET.get("seen") == selectors.status_fingerprint(application):
        return HttpResponse(status=204)
    code = 200 if application.state in POLL_SECONDS else STOP_POLLING_STATUS
    return render(request, "verification/_status.html", status_context(application), status=code)


def status_context(application: Application, **forms: Any) -> dict[str, Any]:
    return {
        "application": application,
        "seen": selectors.status_fingerprint(application),
        "poll_seconds": POLL_SECONDS.get(ApplicationState(application.state)),
        "steps": selectors.check_progress(application),
        "before": selectors.applications_ahead(application),
        **waiting_time_words(),
        "question": selectors.unanswered_question(application),
        "waits_for_code": application.waiting_for == AwaitedInput.CODE,
        "waits_for_correction": application.waiting_for == AwaitedInput.CORRECTION,
        "has_questions": bool(services.open_identity_questions(application)),
        "is_sending_code": application.outbox.filter(topic="mail_code").exists(),
        "can_appeal": can_appeal(application),
        "code_form": ContactCodeForm(),
        "answer_form": ReviewerAnswerForm(),
        **forms,
    }


def _own_application(request: SignedInRequest) -> Application:
    """The person's latest application.

    Raises `DomainError` if they have none.
    """
    application = selectors.latest_application(request.user.pk)
    if application is None:
        raise DomainError("You have no application.")
    return application


def _render_with_errors(
    request: SignedInRequest, application: Application, **forms: Any
) -> HttpResponse:
    context = status_context(application, **forms)
    return render_part_or_page(
        request, "verification/_status.html", "verification/status.html", context, status=422
    )


@require_POST
@audience(Audience.APPLICANT)
def enter_code(request: SignedInRequest) -> HttpResponse:
    application = _own_application(request)
    form = ContactCodeForm(request.POST)
    if form.is_valid():
        entered = services.enter_code(application=application, code=form.cleaned_data["code"])
        if entered is not CodeResult.WRONG:
            return redirect("verification:status")
        form.add_error("code", "This is not the code, or it is no longer valid.")
    return _render_with_errors(request, application, code_form=form)


@require_POST
@audience(Audience.APPLICANT)
def send_code(request: SignedInRequest) -> HttpResponse:
    services.send_another_code(application=_own_application(request))
    messages.success(request, "A new code is on its way to the contact on the register.")
    return redirect("verification:status")


@require_POST
@audience(Audience.APPLICANT)
def answer(request: SignedInRequest) -> HttpResponse:
    application = _own_application(request)
    form = ReviewerAnswerForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.answer_reviewer(
                application=application,
                text=form.cleaned_data["answer"],
                content=form.content(),
                key=idempotency_key(request),
            )
        except DomainError as error:
            form.add_error("file", error.sentence)
            response = _render_with_errors(request, application, answer_form=form)
            return mark_refused(response, error) if isinstance(error, TooMany) else response
        return redirect("verification:status")
    return _render_with_errors(request, application, answer_form=form)


@require_POST
@audience(Audience.APPLICANT)
def withdraw(request: SignedInRequest) -> HttpResponse:
    services.withdraw_application(application=_own_application(request))
    return redirect("verification:status")


@require_POST
@audience(Audience.APPLICANT)
def appeal(request: SignedInRequest) -> HttpResponse:
    services.appeal_decision(refused=_own_application(request))
    return redirect("verification:join")
