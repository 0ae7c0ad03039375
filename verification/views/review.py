"""`/review/`: the queue, one application, and what a reviewer can do with it."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from verification import selectors, services
from verification.errors import ClaimedByAnother
from verification.forms.review import ApplicantQuestionForm, ApproveForm, RejectForm
from verification.models import Application, ApplicationDecisionKind, Decision, Document
from verification.selectors.review_queue import current_decision, holds_claim
from verification.services.document import read_document
from verification.services.review_claims import CLAIM_TIME
from verification.views.common import SignedInRequest, waiting_time_words

KEYBOARD_SHORTCUTS = (
    {"keys": "n", "text": "take the next one, the oldest first"},
    {"keys": "j / k", "text": "next / previous application in the list"},
    {"keys": "t", "text": "take this application"},
    {"keys": "a", "text": "approve"},
    {"keys": "r", "text": "reject: go to the reason"},
    {"keys": "m", "text": "ask for more: go to the question"},
    {"keys": "s", "text": "skip: leave it to somebody else, and go on"},
    {"keys": "u", "text": "undo the last decision, for 10 seconds"},
)
# A document is untrusted content: it may load nothing, run nothing, and not be framed.
DOCUMENT_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
SANDBOX = "; sandbox"
# Session key: applications that the reviewer skipped; cleared once no other is left.
SKIPPED_KEY, MAX_SKIPPED = "review_skipped", 100
LIST_LIMIT = 20


@require_safe
@audience(Audience.REVIEWER)
def queue(request: SignedInRequest) -> HttpResponse:
    rows = selectors.review_queue(request.user.pk)
    context = {
        "rows": rows,
        "count": selectors.count_waiting(),
        "late": sum(row.is_late for row in rows),
        "escalated": sum(row.is_escalated for row in rows),
        "days": _chart_rows(selectors.decisions_by_day()),
        "shortcuts": KEYBOARD_SHORTCUTS,
        "undoable": selectors.undoable_decision(request.user.pk),
        **waiting_time_words(),
    }
    return render_part_or_page(
        request, "verification/review/_queue.html", "verification/review/queue.html", context
    )


def _chart_rows(days: list[tuple[dt.date, int]]) -> list[dict[str, object]]:
    """Rows for a bar chart of the week; widths in percent of the busiest day."""
    busiest = max((n for _, n in days), default=0)
    return [
        {"day": day, "n": n, "width": round(100 * n / busiest) if busiest else 0} for day, n in days
    ]


@require_POST
@audience(Audience.REVIEWER)
def take_next(request: SignedInRequest) -> HttpResponse:
    """Claim the oldest application that nobody holds."""
    return _redirect_to_next(request)


def _redirect_to_next(request: SignedInRequest, after: Application | None = None) -> HttpResponse:
    """Redirect to the next claimed application, or to the queue if none is left."""
    skipped: list[str] = request.session.get(SKIPPED_KEY, [])
    application = services.claim_next(reviewer=request.user, skipped=skipped, after=after)
    if application is None:
        request.session.pop(SKIPPED_KEY, None)
        return redirect("verification:review")
    return redirect("verification:review-detail", application_id=application.public_id)


def _get_in_review(application_id: str) -> Application:
    queryset = Application.objects.in_review().select_related("user")
    return get_object_or_404(queryset, public_id=application_id)


@require_safe
@audience(Audience.REVIEWER)
def detail(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Without the claim: state and reasons. With it: everything."""
    return _detail(request, _get_in_review(application_id))


def _detail(
    request: SignedInRequest, application: Application, *, status: int = 200, **forms: Any
) -> HttpResponse:
    is_held = holds_claim(application, request.user)
    decision = current_decision(application)
    context = {
        "application": application,
        "is_held": is_held,
        "claim_minutes": int(CLAIM_TIME.total_seconds() // 60),
        "decision": decision,
        "dossier": selectors.review_dossier(application) if is_held else None,
        "reasons": selectors.reason_labels(application.reasons),
        "approve_form": ApproveForm(prefix="approve"),
        "reject_form": RejectForm(prefix="reject"),
        "ask_form": ApplicantQuestionForm(prefix="ask"),
        "shortcuts": KEYBOARD_SHORTCUTS,
        "rows": selectors.review_queue(request.user.pk, limit=LIST_LIMIT),
        "undoable": selectors.undoable_decision(request.user.pk),
        **forms,
    }
    return render(request, "verification/review/detail.html", context, status=status)


@require_POST
@audience(Audience.REVIEWER)
def claim(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _get_in_review(application_id)
    services.claim_for_review(application=application, reviewer=request.user)
    return redirect("verification:review-detail", application_id=application_id)


@require_POST
@audience(Audience.REVIEWER)
def skip(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Release the claim and take the next one; with `stop`, return to the queue."""
    application = _get_in_review(application_id)
    services.release_claim(application=application, reviewer=request.user)
    if "stop" in request.POST:
        request.session.pop(SKIPPED_KEY, None)
        return redirect("verification:review")
    earlier: list[str] = request.session.get(SKIPPED_KEY, [])
    request.session[SKIPPED_KEY] = [*earlier, application.public_id][-MAX_SKIPPED:]
    return _redirect_to_next(request, after=application)


@require_POST
@audience(Audience.REVIEWER)
def approve(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _get_in_review(application_id)
    form = ApproveForm(request.POST, prefix="approve")
    if not form.is_valid():
        return _detail(request, application, status=422, approve_form=form)
    services.decide_application(
        application=application,
        reviewer=request.user,
        kind=ApplicationDecisionKind.APPROVE,
        note=form.cleaned_data["note"],
    )
    return _redirect_to_next(request, after=application)


@require_POST
@audience(Audience.REVIEWER)
def reject(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _get_in_review(application_id)
    form = RejectForm(request.POST, prefix="reject")
    if not form.is_valid():
        return _detail(request, application, status=422, reject_form=form)
    services.decide_application(
        application=application,
        reviewer=request.user,
        kind=ApplicationDecisionKind.REJECT,
        reasons=form.reasons(),
        note=form.cleaned_data["note"],
    )
    return _redirect_to_next(request, after=application)


@require_POST
@audience(Audience.REVIEWER)
def ask(request: SignedInRequest, application_id: str) -> HttpResponse:
    application = _get_in_review(application_id)
    form = ApplicantQuestionForm(request.POST, prefix="ask")
    if not form.is_valid():
        return _detail(request, application, status=422, ask_form=form)
    services.ask_applicant(application=application, reviewer=request.user, question=form.whole())
    messages.success(request, "Your question was sent. The application comes back when answered.")
    return _redirect_to_next(request, after=application)


def _get_current_decision(application_id: str) -> Decision:
    decision = current_decision(_get_in_review(application_id))
    if decision is None:
        raise Http404
    return decision


@require_POST
@audience(Audience.REVIEWER)
def undo(request: SignedInRequest, application_id: str) -> HttpResponse:
    decision = _get_current_decision(application_id)
    services.undo_decision(decision=decision, reviewer=request.user)
    with suppress(ClaimedByAnother):
        services.claim_for_review(application=decision.application, reviewer=request.user)
    messages.success(request, "Undone. The application waits for a decision again.")
    return redirect("verification:review-detail", application_id=application_id)


@require_POST
@audience(Audience.REVIEWER)
def confirm(request: SignedInRequest, application_id: str) -> HttpResponse:
    decision = _get_current_decision(application_id)
    services.confirm_decision(decision=decision, reviewer=request.user)
    return _redirect_to_next(request, after=decision.application)


@require_POST
@audience(Audience.REVIEWER)
def disagree(request: SignedInRequest, application_id: str) -> HttpResponse:
    decision = _get_current_decision(application_id)
    services.disagree_with_decision(decision=decision, reviewer=request.user)
    messages.success(request, "The first decision was taken back. It waits in the queue again.")
    return _redirect_to_next(request, after=decision.application)


@require_safe
@audience(Audience.REVIEWER)
def document(request: SignedInRequest, application_id: str, document_id: str) -> HttpResponse:
    """The file, for the reviewer who holds the claim. The view is recorded before it is sent."""
    application = _get_in_review(application_id)
    if not holds_claim(application, request.user):
        raise Http404
    stored = Document.objects.select_related("application__user").filter(
        application=application, deleted_at__isnull=True
    )
    document_row = get_object_or_404(stored, public_id=document_id)
    services.record_document_view(document=document_row, reviewer=request.user)
    try:
        content = read_document(document_row)
    except FileNotFoundError:
        raise Http404 from None
    # Browsers show no PDF in a sandbox; the rest of the policy still blocks scripts.
    content_policy = DOCUMENT_POLICY + (SANDBOX if document_row.is_image else "")
    return HttpResponse(
        content,
        content_type=document_row.media_type,
        headers={
            "Content-Security-Policy": content_policy,
            "Content-Disposition": "inline",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
