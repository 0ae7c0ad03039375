"""Pages of the identity check: address, corrections and questions.

The social security number is encrypted when it is saved; no page shows it again.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sermo.core.access import Audience, audience
from verification import selectors, services
from verification.forms.identity import CorrectionForm, IdentityForm, IdentityQuestionsForm
from verification.models import Application, AwaitedInput
from verification.views.common import SignedInRequest, draft_or_redirect

FORM_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(FORM_METHODS)
@audience(Audience.APPLICANT)
def identity(request: SignedInRequest) -> HttpResponse:
    """Asked only if an identity check is configured and covers the country."""
    application = draft_or_redirect(request)
    if not isinstance(application, Application):
        return application
    if not selectors.requires_identity(application):
        return redirect("verification:evidence")
    initial = selectors.identity_details(application)
    form = IdentityForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.save_identity_details(
            application=application,
            details=form.details(),
            ssn=form.cleaned_data["ssn"],
            consents=True,
        )
        return redirect("verification:evidence")
    return _show(request, "verification/home_address.html", form)


@require_http_methods(FORM_METHODS)
@audience(Audience.APPLICANT)
def correct(request: SignedInRequest) -> HttpResponse:
    """Correct the details and send them again; twice at most, then a reviewer decides."""
    application = selectors.latest_application(request.user.pk)
    if application is None or application.waiting_for != AwaitedInput.CORRECTION:
        return redirect("verification:status")
    initial = selectors.identity_details(application)
    form = CorrectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.correct_details(
            application=application,
            details=form.details(),
            given_name=form.cleaned_data["given_name"],
            family_name=form.cleaned_data["family_name"],
            birth_date=form.cleaned_data["birth_date"],
            ssn=form.cleaned_data["ssn"],
        )
        return redirect("verification:status")
    return _show(request, "verification/correction.html", form)


@require_http_methods(FORM_METHODS)
@audience(Audience.APPLICANT)
def questions(request: SignedInRequest) -> HttpResponse:
    """The identity questions. Answers go to the vendor once and are not stored afterwards."""
    application = selectors.latest_application(request.user.pk)
    open_questions = (
        services.open_identity_questions(application) if application is not None else []
    )
    if application is None or not open_questions:
        return redirect("verification:status")
    form = IdentityQuestionsForm(request.POST or None, questions=open_questions)
    if request.method == "POST" and form.is_valid():
        services.answer_identity_questions(application=application, answers=form.answers())
        return redirect("verification:status")
    return _show(request, "verification/identity_questions.html", form)


def _show(
    request: SignedInRequest, template: str, form: IdentityForm | IdentityQuestionsForm
) -> HttpResponse:
    return render(request, template, {"form": form}, status=422 if form.is_bound else 200)
