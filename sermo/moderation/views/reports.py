"""Reporting a post, as any member can."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.policies import can_see_case
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation.forms import ReportForm
from sermo.moderation.models import ReportReason
from sermo.moderation.selectors import targets
from sermo.moderation.services.reports import report_target


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def report(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    item = (
        targets.get_target(kind, item_id)
        if _adds_to_report(request)
        else targets.get_visible_target(kind, item_id)
    )
    form = ReportForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "item": item, "kind": kind}
        status = 422 if request.method == "POST" else 200
        return render(request, "moderation/report.html", context, status=status)
    report_target(
        viewer=request.viewer,
        item=item,
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
    )
    messages.success(request, _("Thank you. A moderator will look at it."))
    return redirect("cases:feed")


def _adds_to_report(request: MemberRequest) -> bool:
    """Whether the form adds words to a report that has hidden the post already."""
    return request.POST.get("after") == "identifies"


@require_POST
@audience(Audience.VERIFIED)
def identifies(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """Report patient details: one press hides the post, a second press changes nothing."""
    target = targets.get_target(kind, item_id)
    case = targets.case_of(target)
    if case is not None and not can_see_case(request.viewer, case) and not target.hidden_at:
        raise Http404
    report_target(viewer=request.viewer, item=target, reason=ReportReason.PATIENT, note="")
    form = ReportForm(initial={"reason": ReportReason.PATIENT})
    context = {
        "form": form,
        "kind": kind,
        "item_id": item_id,
        "is_hidden": _is_hidden(kind, target),
    }
    return render(request, "moderation/report_details.html", context)


def _is_hidden(kind: str, target: targets.ReportTarget) -> bool:
    return targets.get_target(kind, target.public_id).hidden_at is not None
