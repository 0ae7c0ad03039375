"""The moderators' queue of reported posts, and what they decide about each."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.imaging.presentation import picture_of
from cases.models import Image
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation.forms import DecisionForm
from sermo.moderation.models import DecisionKind, Sanction
from sermo.moderation.selectors import pictures, reports, targets
from sermo.moderation.selectors.covers import is_covered
from sermo.moderation.selectors.reporters import stopped_reporters
from sermo.moderation.services.decisions import decide
from sermo.moderation.services.sanctions import answer_sanction, request_suspension
from sermo.moderation.views.pictures import SHORTCUTS

REPORT_SHORTCUTS = [
    {"keys": "j, k", "text": gettext_lazy("Next and previous post")},
    {"keys": "r", "text": gettext_lazy("Show the post again")},
    {"keys": "h", "text": gettext_lazy("Hide the post, on its page")},
]


@require_safe
@audience(Audience.MODERATOR)
def queue(request: MemberRequest) -> HttpResponse:
    context = {
        "reported": reports.open_reports(),
        "sanctions": reports.waiting_sanctions(),
        "pictures": pictures.queue(request.viewer),
        "undoable": pictures.undoable(request.viewer),
        "stopped": stopped_reporters(),
        "review_hours": settings.COVER_REVIEW_HOURS,
        "shortcuts": [*REPORT_SHORTCUTS, *SHORTCUTS],
    }
    return render(request, "moderation/queue.html", context)


@require_safe
@audience(Audience.MODERATOR)
def item(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    target = targets.get_target(kind, item_id)
    return render(
        request, "moderation/reported_post.html", _post_context(kind, target, DecisionForm())
    )


@require_POST
@audience(Audience.MODERATOR)
def hide(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, DecisionKind.HIDE, _("Hidden."))


@require_POST
@audience(Audience.MODERATOR)
def restore(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, DecisionKind.RESTORE, _("Visible again."))


@require_POST
@audience(Audience.MODERATOR)
def dismiss(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, DecisionKind.DISMISS, _("Reports dismissed."))


@require_POST
@audience(Audience.MODERATOR)
def close(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, DecisionKind.CLOSE, _("The discussion is closed."))


@require_POST
@audience(Audience.MODERATOR)
def reopen(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, DecisionKind.REOPEN, _("The discussion is open again."))


@require_POST
@audience(Audience.MODERATOR)
def suspend(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """Ask for the suspension of the author, after a page that asks for confirmation."""
    target = targets.get_target(kind, item_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return render(
            request, "moderation/reported_post.html", _post_context(kind, target, form), status=422
        )
    post = targets.authored_post(target)
    if post is None:
        raise Http404
    if request.POST.get("is_confirmed") != "yes":
        context = {"kind": kind, "item": target, "form": form, "is_named": post.author_id}
        return render(request, "moderation/suspend.html", context)
    request_suspension(moderator=request.viewer, item=post, **form.cleaned_data)
    if post.author_id is None:
        messages.success(request, _("Asked. A second moderator must agree."))
    else:
        messages.success(request, _("The author is being suspended."))
    return redirect("moderation:item", kind, item_id)


@require_POST
@audience(Audience.MODERATOR)
def confirm(request: MemberRequest, sanction_id: str) -> HttpResponse:
    return _answer(request, sanction_id, agrees=True)


@require_POST
@audience(Audience.MODERATOR)
def refuse(request: MemberRequest, sanction_id: str) -> HttpResponse:
    return _answer(request, sanction_id, agrees=False)


def _decide(
    request: MemberRequest, kind: str, item_id: str, decision: DecisionKind, message: str
) -> HttpResponse:
    target = targets.get_target(kind, item_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return render(
            request, "moderation/reported_post.html", _post_context(kind, target, form), status=422
        )
    decide(
        moderator=request.viewer,
        item=target,
        kind=decision,
        idempotency_key=idempotency_key(request),
        **form.cleaned_data,
    )
    messages.success(request, message)
    return redirect("moderation:item", kind, item_id)


def _answer(request: MemberRequest, sanction_id: str, *, agrees: bool) -> HttpResponse:
    sanction = get_object_or_404(Sanction, public_id=sanction_id)
    answer_sanction(moderator=request.viewer, sanction=sanction, agrees=agrees)
    messages.success(request, _("Recorded."))
    return redirect("moderation:queue")


def _post_context(kind: str, target: targets.ReportTarget, form: DecisionForm) -> dict[str, object]:
    post = targets.authored_post(target)
    return {
        "kind": kind,
        "item": target,
        "case": targets.case_of(target),
        "picture": picture_of(target) if isinstance(target, Image) else None,
        "form": form,
        "is_covered": is_covered(target),
        "shortcuts": REPORT_SHORTCUTS,
        "author_stored": post is not None and targets.is_author_stored(post),
        "capsule_days": settings.AUTHOR_CAPSULE_DAYS,
        **reports.history(target),
    }
