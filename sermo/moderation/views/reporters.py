"""Moderators decide whether the reports of one member hide anything."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest
from sermo.moderation.models import Report
from sermo.moderation.selectors import targets
from sermo.moderation.services import reporters


@require_POST
@audience(Audience.MODERATOR)
def stop(request: MemberRequest, report_id: str) -> HttpResponse:
    """Later reports of the member who made this report hide nothing."""
    report = get_object_or_404(Report.objects.exclude(reporter_week=b""), public_id=report_id)
    pair = (report.target_kind, report.target_id)
    item = targets.targets_by_id({pair}).get(report.target_id)
    if item is None:
        raise Http404
    reporters.stop_reporter(moderator=request.viewer, report=report, item=item)
    messages.success(request, _("Stopped. Reports by this member hide nothing for 90 days."))
    return redirect("moderation:item", report.target_kind, item.public_id)


@require_POST
@audience(Audience.MODERATOR)
def resume(request: MemberRequest) -> HttpResponse:
    """Let the reports of a member hide something again."""
    try:
        reporter = bytes.fromhex(request.POST.get("reporter", ""))
    except ValueError:
        raise Http404 from None
    reporters.resume_reporter(moderator=request.viewer, reporter=reporter)
    messages.success(request, _("Reports by this member can hide posts again."))
    return redirect("moderation:queue")
