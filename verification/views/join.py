"""`/join/`: four steps, each saved when it is sent, then check and submit."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sermo.core import countries, specialties
from sermo.core.access import Audience, audience
from sermo.core.errors import DomainError, TooMany
from sermo.core.http import HtmxRequest, idempotency_key, mark_refused, render_part_or_page
from sermo.core.quotas import NUMBER_CHECKS, spend
from verification import schemes, selectors, services
from verification.forms.joining import ConsentForm, CountryForm, DocumentForm, LicenceForm
from verification.models import Application, ApplicationState, Document
from verification.personal_data.consent_kinds import CONSENT_KINDS
from verification.selectors.applications import incomplete_steps
from verification.views import device_check
from verification.views.common import SignedInRequest, draft_or_redirect

# In these states the person can fill in a draft or begin a new one.
RESTARTABLE = {ApplicationState.DRAFT, ApplicationState.WITHDRAWN, ApplicationState.EXPIRED}


@require_safe
@audience(Audience.EVERYONE)
def index(request: HtmxRequest) -> HttpResponse:
    """The task list. Visitors see it too, so that they know what is asked."""
    if not request.user.is_authenticated:
        return render(request, "verification/join.html", {"steps": task_list(None)})
    if request.user.role:
        return redirect("accounts:welcome")
    application = selectors.latest_application(request.user.pk)
    if application is not None and application.state not in RESTARTABLE:
        return redirect("verification:status")
    if application is not None and application.state != ApplicationState.DRAFT:
        application = None
    steps = task_list(application, signed_in=True)
    ready = application is not None and not incomplete_in_order(application)
    context = {"steps": steps, "application": application, "is_ready": ready}
    return render(request, "verification/join.html", context)


def incomplete_in_order(application: Application) -> list[str]:
    """The incomplete steps, in the order in which they are asked."""
    steps = incomplete_steps(application, selectors.details_of(application))
    if selectors.is_identity_missing(application):
        index = sum(name in {"country", "licence"} for name in steps)
        steps.insert(index, "identity")
    return steps


def task_list(application: Application | None, *, signed_in: bool = False) -> list[dict[str, Any]]:
    """Rows for components/steps.html."""
    if application is None:
        incomplete = {"country", "licence", "evidence", "consent"}
    else:
        incomplete = set(incomplete_in_order(application))
    next_url = reverse("verification:join")
    rows = [
        ("Account", not signed_in, f"{reverse('account_signup')}?next={next_url}"),
        (
            "Licence",
            bool({"country", "licence", "identity"} & incomplete),
            reverse("verification:country"),
        ),
        ("Evidence of who you are", "evidence" in incomplete, reverse("verification:evidence")),
        (
            "How you are shown, and your consent",
            "consent" in incomplete,
            reverse("verification:consent"),
        ),
    ]
    notes = (
        "An e-mail address, confirmed by a code. About 1 minute.",
        "Country, number, name, birth date, specialty. About 1 minute.",
        "A photograph of your licence or badge. About 1 minute; optional where a register is open.",
        "What others see, and which checks you agree to. Under 1 minute.",
    )
    steps: list[dict[str, Any]] = []
    has_current = False
    for (label, to_do, url), note in zip(rows, notes, strict=True):
        current = to_do and not has_current
        has_current = has_current or to_do
        reachable = (not signed_in and label == "Account") or (signed_in and label != "Account")
        steps.append(
            {
                "label": label,
                "note": note,
                "status": "To do" if to_do else "Done",
                "kind": "open" if current else ("plain" if to_do else "good"),
                "current": current,
                "url": url if reachable else "",
            }
        )
    return steps


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.APPLICANT)
def country(request: SignedInRequest) -> HttpResponse:
    """Sending this form creates the application; opening the page does not."""
    latest = selectors.latest_application(request.user.pk)
    if latest is not None and latest.state not in RESTARTABLE:
        return redirect("verification:status")
    chosen = latest.country if latest is not None and latest.state == ApplicationState.DRAFT else ""
    form = CountryForm(request.POST or None, initial={"country": chosen})
    if request.method == "POST" and form.is_valid():
        application = services.start_application(user=request.user)
        services.save_country(application=application, country=form.cleaned_data["country"])
        return redirect("verification:licence")
    status = 422 if form.is_bound else 200
    return render(request, "verification/country.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.APPLICANT)
def licence(request: SignedInRequest) -> HttpResponse:
    application = draft_or_redirect(request)
    if not isinstance(application, Application):
        return application
    if not application.country:
        return redirect("verification:country")
    person = selectors.details_of(application)
    initial = {
        "number": person.number,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "birth_date": person.birth_date,
        "graduation_year": person.graduation_year or None,
        "specialty": application.specialty,
    }
    scheme = schemes.scheme_for_country(application.country)
    form = LicenceForm(request.POST or None, initial=initial, scheme=scheme)
    if request.method == "POST" and form.is_valid():
        services.save_licence(application=application, licence=form.details())
        needs_identity = selectors.requires_identity(application)
        return redirect("verification:identity" if needs_identity else "verification:evidence")
    context = {"form": form, "country": countries.NAMES.get(application.country, "")}
    status = 422 if form.is_bound else 200
    return render(request, "verification/licence.html", context, status=status)


@require_POST
@audience(Audience.APPLICANT)
def check_number(request: SignedInRequest) -> HttpResponse:
    """Check format and check digit when the field loses the focus."""
    application = draft_or_redirect(request)
    if not isinstance(application, Application):
        return application
    spend(NUMBER_CHECKS, str(request.user.pk))
    scheme = schemes.scheme_for_country(application.country)
    number = request.POST.get("number", "")[:40]
    problem = schemes.number_problem(scheme, number) if number.strip() else ""
    context = {"problem": problem, "scheme": scheme, "is_given": bool(number.strip())}
    return render_part_or_page(
        request, "verification/_licence_number.html", "verification/licence_number.html", context
    )


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.APPLICANT)
def evidence(request: SignedInRequest) -> HttpResponse:
    application = draft_or_redirect(request)
    if not isinstance(application, Application):
        return application
    form = DocumentForm(request.POST or None, request.FILES or None)
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.add_document(
                application=application, content=form.content(), key=idempotency_key(request)
            )
        except DomainError as error:
            form.add_error("photo", error.sentence)
            refusal = error
        else:
            return redirect("verification:evidence")
    context = {
        "form": form,
        "documents": selectors.stored_documents(application),
        "is_optional": schemes.scheme_for_country(application.country).has_register,
    }
    status = 422 if form.is_bound else 200
    response = render(request, "verification/documents.html", context, status=status)
    return mark_refused(response, refusal) if isinstance(refusal, TooMany) else response


@require_POST
@audience(Audience.APPLICANT)
def skip_evidence(request: SignedInRequest) -> HttpResponse:
    application = draft_or_redirect(request)
    if not isinstance(application, Application):
        return application
    services.skip_document(application=application)
    return redirect("verification:consent")


@require_POST
@audience(Audience.APPLICANT)
def remove_document(request: SignedInRequest, document_id: str) -> HttpResponse:
    own = Document.objects.filter(application__user=request.user, deleted_at__isnull=True)
    document = get_object_or_404(own, public_id=document_id)
    services.remove_document(document=document)
    return redirect("verification:evidence")


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.APPLICANT)
def consent(request: SignedInRequest) -> HttpResponse:
    application = draft_or_redirect(request)
    if not isinstance(application, Application):
        return application
    given = set(application.consents.values_list("kind", flat=True))
    initial = {kind.code: kind.code in given for kind in CONSENT_KINDS}
    form = ConsentForm(request.POST or None, initial=initial, application=application)
    if request.method == "POST" and form.is_valid():
        services.give_consents(application=application, given=form.given())
        return redirect("verification:check")
    status = 422 if form.is_bound else 200
    return render(request, "verification/consent.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.APPLICANT)
def check(request: SignedInRequest) -> HttpResponse:
    """Check the answers; POST submits. Submitting twice is safe."""
    application = draft_or_redirect(request)
    if not isinstance(application, Application):
        return application
    if request.method == "POST" and not selectors.is_identity_missing(application):
        device_check.store_device_result(request, application)
        services.submit_application(application=application)
        return redirect("verification:status")
    person = selectors.details_of(application)
    if incomplete := incomplete_in_order(application):
        return redirect("verification:" + incomplete[0])
    given = set(application.consents.values_list("kind", flat=True))
    context = {
        "person": person,
        "application": application,
        "scheme": schemes.scheme_for_country(application.country),
        "country": countries.NAMES.get(application.country, ""),
        "specialty": specialties.name(application.specialty),
        "documents": selectors.stored_documents(application),
        "given": [kind for kind in CONSENT_KINDS if kind.code in given],
        "refused": [
            kind
            for kind in CONSENT_KINDS
            if not kind.required and kind.code not in given and device_check.is_offered(kind)
        ],
        "device": device_check.script_inputs(application)
        if device_check.is_consented(application)
        else None,
    }
    response = render(request, "verification/check_answers.html", context)
    return device_check.allow_script(response) if context["device"] else response
