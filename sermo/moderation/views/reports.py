"""Reporting a post, as any member can."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.imaging.presentation import picture_of
from cases.models import Case, Image
from cases.policies import can_see_case
from cases.selectors.case_page import case_pictures
from sermo.core.access import Audience, audience
from sermo.core.quotas import REPORTS
from sermo.members.services import spend_quota
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation.errors import OwnPostReported
from sermo.moderation.forms import PatientDetailsForm, ReportForm
from sermo.moderation.models import ReportReason
from sermo.moderation.selectors import covers as selectors
from sermo.moderation.selectors import reporters, targets, texts
from sermo.moderation.selectors.targets import ReportTarget
from sermo.moderation.services import covers
from sermo.moderation.services.covers import MarkedDetails
from sermo.moderation.services.reports import report_target


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def report(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """Anything but patient details, which have a page of their own."""
    item = targets.get_visible_target(request.viewer, kind, item_id)
    if request.POST.get("reason") == ReportReason.PATIENT:
        return redirect("moderation:patient-details", kind, item_id)
    form = ReportForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "item": item, "kind": kind, "back_url": _page_of(request, item)}
        status = 422 if request.method == "POST" else 200
        return render(request, "moderation/report.html", context, status=status)
    report_target(
        viewer=request.viewer,
        item=item,
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
    )
    messages.success(request, _("Reported. A moderator checks the post."))
    return redirect(_page_of(request, item))


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def patient_details(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """Ask what was seen and where. Sending the form hides it."""
    item = targets.get_visible_target(request.viewer, kind, item_id)
    if targets.is_own_post(request.viewer, item):
        raise OwnPostReported
    readable = None if isinstance(item, Image) else texts.readable_texts(request.viewer, item)
    form = PatientDetailsForm(request.POST or None, texts=readable)
    if request.method == "POST" and form.is_valid():
        marked = MarkedDetails(
            details=form.cleaned_data["details"],
            passages=form.passages,
            areas=form.cleaned_data.get("areas", []),
            note=form.cleaned_data["note"],
        )
        covers.report_patient_details(viewer=request.viewer, item=item, marked=marked)
        return redirect("moderation:reported", kind, item_id)
    if request.method == "POST":  # a wrong guess of hidden words counts as an attempt
        spend_quota(viewer=request.viewer, quota=REPORTS)
    context = {
        "form": form,
        "kind": kind,
        "item": item,
        "picture": picture_of(item) if isinstance(item, Image) and item.is_shown else None,
        "pictures": _other_pictures(item),
        "back_url": _page_of(request, item),
        "covers_left": reporters.covers_left(request.viewer),
        "is_stopped": reporters.is_stopped(request.viewer),
        "is_newcomer": request.viewer.is_newcomer,
        "own_report": selectors.own_report(request.viewer, item),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/patient_details.html", context, status=status)


@require_safe
@audience(Audience.VERIFIED)
def reported(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """What the viewer's open report has done."""
    item = targets.get_target(kind, item_id)
    own = selectors.own_report(request.viewer, item)
    if own is None:
        raise Http404
    context = {
        "kind": kind,
        "item_id": item_id,
        "report": own,
        "back_url": _page_of(request, item),
    }
    return render(request, "moderation/reported.html", context)


@require_POST
@audience(Audience.VERIFIED)
def withdraw(request: MemberRequest, kind: str, item_id: str) -> HttpResponse:
    """Undo the viewer's report of patient details."""
    item = targets.get_target(kind, item_id)
    covers.withdraw_report(viewer=request.viewer, item=item)
    messages.success(request, _("You undid your report."))
    return redirect(_page_of(request, item))


def _page_of(request: MemberRequest, item: ReportTarget) -> str:
    """Where the viewer can see the post, or the feed if they cannot."""
    case = targets.case_of(item)
    if case is None:
        is_gone = item.hidden_at is not None
        return reverse("polls:list") if is_gone else reverse("polls:detail", args=[item.public_id])
    return case.get_absolute_url() if can_see_case(request.viewer, case) else reverse("cases:feed")


def _other_pictures(item: ReportTarget) -> list[str]:
    """Public ids of the pictures of a case, each of which is reported on its own page."""
    if not isinstance(item, Case):
        return []
    return [picture.public_id for picture in case_pictures(item)]
