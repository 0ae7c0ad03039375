"""`/review/`: the queue, one application, and what a reviewer can do with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from verification import selectors, services
from verification.forms import ApproveForm, AskForm, RejectForm
from verification.models import Application, Decision, Document, Kind
from verification.services.document import open_document
from verification.services.review import CLAIM, UNDO, holds, standing_decision
from verification.views.common import SignedInRequest

KEYS = (
    {"keys": "j / k", "text": "next / previous application in the list"},
    {"keys": "t", "text": "take the application"},
    {"keys": "a", "text": "approve"},
    {"keys": "r", "text": "reject: go to the reason"},
    {"keys": "m", "text": "ask for more: go to the question"},
    {"keys": "s", "text": "skip: leave it to somebody else"},
    {"keys": "u", "text": "undo the last decision, for 10 seconds"},
)
# A document is foreign content: it may load nothing, run nothing, and be framed by nobody.
DOCUMENT_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SANDBOX = "; sandbox"


@require_safe
@audience(Audience.REVIEWER)
def queue(request: SignedInRequest) -> HttpResponse:
    minutes = selectors.median_wait_minutes()
    context = {
        "rows": selectors.queue(request.user.pk),
        "count": selectors.waiting_count(),
        "median": None if minutes is None else selectors.in_words(minutes),
        "shortcuts": KEYS,
        "undo_seconds": int(UNDO.total_seconds()),
    }
    return render_part_or_page(
        request, "verification/review/_queue.html", "verification/review/queue.html", context
    )


def _in_review(application_id: str) -> Application:
    queryset = Application.objects.in_review().select_related("user")
    return get_object_or_404(queryset, public_id=application_id)


@require_safe
@audience(Audience.REVIEWER)
def detail(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Without the claim: that it waits, and why. With it: everything."""
    return _detail(request, _in_review(application_id))


def _detail(
    request: SignedInRequest, application: Application, *, status: int = 200, **forms: Any
) -> HttpResponse:
    held = holds(application, request.user)
    decision = standing_decision(application)
    context = {
        "application": application,
        "is_held": held,
        "claim_minutes": int(CLAIM.total_seconds() // 60),
        "decision": decision,
        "dossier": selectors.dossier(application) if held else None,
        "reasons": selectors.meanings(application.reasons),
        "approve_form": ApproveForm(prefix="approve"),
        "reject_form": RejectForm(prefix="reject"),
        "ask_form": AskForm(prefix="ask"),
        "shortcuts": KEYS,
        **forms,
    }
    return render(request, "verification/review/detail.html", context, status=status)


@require_POST
@audience(Audience.REVIEWER)
def claim(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _in_review(application_id)
    services.claim_for_review(application=application, reviewer=request.user)
    return redirect("verification:review-detail", application_id=application_id)


@require_POST
@audience(Audience.REVIEWER)
def skip(request: SignedInRequest, application_id: str) -> HttpResponse:
    services.leave(application=_in_review(application_id), reviewer=request.user)
    return redirect("verification:review")


@require_POST
@audience(Audience.REVIEWER)
def approve(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _in_review(application_id)
    form = ApproveForm(request.POST, prefix="approve")
    if not form.is_valid():
        return _detail(request, application, status=422, approve_form=form)
    services.decide(
        application=application,
        reviewer=request.user,
        kind=Kind.APPROVE,
        note=form.cleaned_data["note"],
    )
    messages.success(request, "Approved. You can undo it for 10 seconds.")
    return redirect("verification:review")


@require_POST
@audience(Audience.REVIEWER)
def reject(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _in_review(application_id)
    form = RejectForm(request.POST, prefix="reject")
    if not form.is_valid():
        return _detail(request, application, status=422, reject_form=form)
    services.decide(
        application=application,
        reviewer=request.user,
        kind=Kind.REJECT,
        reasons=form.reasons(),
        note=form.cleaned_data["note"],
    )
    messages.success(request, "Rejected. You can undo it for 10 seconds.")
    return redirect("verification:review")


@require_POST
@audience(Audience.REVIEWER)
def ask(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _in_review(application_id)
    form = AskForm(request.POST, prefix="ask")
    if not form.is_valid():
        return _detail(request, application, status=422, ask_form=form)
    services.ask(
        application=application, reviewer=request.user, question=form.cleaned_data["question"]
    )
    messages.success(request, "Your question was sent. The application comes back when answered.")
    return redirect("verification:review")


def _standing(application_id: str) -> Decision:
    decision = standing_decision(_in_review(application_id))
    if decision is None:
        raise Http404
    return decision


@require_POST
@audience(Audience.REVIEWER)
def undo(request: SignedInRequest, application_id: str) -> HttpResponse:
    services.undo(decision=_standing(application_id), reviewer=request.user)
    messages.success(request, "Undone. The application waits in the queue again.")
    return redirect("verification:review-detail", application_id=application_id)


@require_POST
@audience(Audience.REVIEWER)
def confirm(request: SignedInRequest, application_id: str) -> HttpResponse:
    services.confirm(decision=_standing(application_id), reviewer=request.user)
    messages.success(request, "Confirmed. You can undo it for 10 seconds.")
    return redirect("verification:review")


@require_POST
@audience(Audience.REVIEWER)
def disagree(request: SignedInRequest, application_id: str) -> HttpResponse:
    services.disagree(decision=_standing(application_id), reviewer=request.user)
    messages.success(request, "The first decision was taken back. It waits in the queue again.")
    return redirect("verification:review")


@require_safe
@audience(Audience.REVIEWER)
def document(request: SignedInRequest, application_id: str, document_id: str) -> HttpResponse:
    """The file itself, for who holds the claim; each look is written down before it is given."""
    application = _in_review(application_id)
    if not holds(application, request.user):
        raise Http404
    kept = Document.objects.select_related("application__user").filter(
        application=application, deleted_at__isnull=True
    )
    found = get_object_or_404(kept, public_id=document_id)
    services.log_view(document=found, reviewer=request.user)
    try:
        content = open_document(found)
    except FileNotFoundError:
        raise Http404 from None
    # Browsers show no PDF in a sandbox; it runs nothing without one, by the rest of the policy.
    policy = DOCUMENT_POLICY + (SANDBOX if found.is_image else "")
    return HttpResponse(
        content,
        content_type=found.media_type,
        headers={
            "Content-Security-Policy": policy,
            "Content-Disposition": "inline",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
