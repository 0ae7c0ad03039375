"""Report, decide, and the log everybody may count and members may read."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.models import Image
from cases.pictures import picture
from cases.policies import may_see
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation import items, pictures, selectors, services, views_pictures
from sermo.moderation.forms import DecisionForm, ReportForm
from sermo.moderation.models import Act, Reason, Sanction


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def report(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    item = items.find(kind, item_id) if _adds_words(request) else items.find_visible(kind, item_id)
    form = ReportForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "item": item, "kind": kind}
        status = 422 if request.method == "POST" else 200
        return render(request, "moderation/report.html", context, status=status)
    services.report_item(
        viewer=request.viewer,
        item=item,
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
    )
    messages.success(request, _("Thank you. A moderator will look at it."))
    return redirect("cases:feed")


def _adds_words(request: MemberRequest) -> bool:
    """Words after the one press, when the item is hidden already."""
    return request.POST.get("after") == "identifies"


@require_POST
@audience(Audience.VERIFIED)
def identifies(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """One press: "this identifies a patient". Hidden at once; pressed twice, the same answer."""
    found = items.find(kind, item_id)
    case = items.case_of(found)
    if case is not None and not may_see(request.viewer, case) and not found.hidden_at:
        raise Http404
    services.report_item(viewer=request.viewer, item=found, reason=Reason.PATIENT, note="")
    form = ReportForm(initial={"reason": Reason.PATIENT})
    context = {"form": form, "kind": kind, "item_id": item_id, "is_hidden": _is_hidden(kind, found)}
    return render(request, "moderation/report_details.html", context)


def _is_hidden(kind: str, thing: items.Thing) -> bool:
    return items.find(kind, thing.public_id).hidden_at is not None


@require_safe
@audience(Audience.MODERATOR)
def queue(request: MemberRequest) -> HttpResponse:
    context = {
        "reported": selectors.open_reports(),
        "sanctions": selectors.waiting_sanctions(),
        "pictures": pictures.queue(request.viewer),
        "undoable": pictures.undoable(request.viewer),
        "shortcuts": views_pictures.KEYS,
    }
    return render(request, "moderation/queue.html", context)


@require_safe
@audience(Audience.MODERATOR)
def item(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    found = items.find(kind, item_id)
    return render(
        request, "moderation/reported_post.html", _item_context(kind, found, DecisionForm())
    )


@require_POST
@audience(Audience.MODERATOR)
def hide(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, Act.HIDE, _("Hidden."))


@require_POST
@audience(Audience.MODERATOR)
def restore(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, Act.RESTORE, _("Visible again."))


@require_POST
@audience(Audience.MODERATOR)
def dismiss(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, Act.DISMISS, _("Reports dismissed."))


@require_POST
@audience(Audience.MODERATOR)
def close(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    return _decide(request, kind, item_id, Act.CLOSE, _("The discussion is closed."))


@require_POST
@audience(Audience.MODERATOR)
def suspend(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    found = items.find(kind, item_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return render(
            request, "moderation/reported_post.html", _item_context(kind, found, form), status=422
        )
    answers = items.author_item(found)
    if answers is None:
        raise Http404
    services.ask_suspension(moderator=request.viewer, item=answers, **form.cleaned_data)
    if answers.author_id is None:
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


@require_safe
@audience(Audience.EVERYONE)
def log(request: HttpRequest) -> HttpResponse:
    """Counts by month for everybody; the decisions themselves for members."""
    viewer = getattr(request, "viewer", None)
    decisions, more = selectors.log_page(request.GET.get("before", "")) if viewer else ([], "")
    context = {
        "months": selectors.monthly_counts(),
        "openings": selectors.monthly_openings(),
        "decisions": decisions,
        "more": more,
        "is_member": viewer is not None,
    }
    return render(request, "moderation/log.html", context)


def _decide(request: MemberRequest, kind: str, item_id: str, act: Act, said: str) -> HttpResponse:
    found = items.find(kind, item_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return render(
            request, "moderation/reported_post.html", _item_context(kind, found, form), status=422
        )
    services.decide(
        moderator=request.viewer,
        item=found,
        act=act,
        idempotency_key=idempotency_key(request),
        **form.cleaned_data,
    )
    messages.success(request, said)
    return redirect("moderation:item", kind, item_id)


def _answer(request: MemberRequest, sanction_id: str, *, agrees: bool) -> HttpResponse:
    sanction = get_object_or_404(Sanction, public_id=sanction_id)
    services.answer_sanction(moderator=request.viewer, sanction=sanction, agrees=agrees)
    messages.success(request, _("Recorded."))
    return redirect("moderation:queue")


def _item_context(kind: str, found: items.Thing, form: DecisionForm) -> dict[str, object]:
    return {
        "kind": kind,
        "item": found,
        "case": items.case_of(found),
        "picture": picture(found) if isinstance(found, Image) else None,
        "form": form,
        **selectors.history(found),
    }
