"""Telling a finding that was asked for, and warning of what could harm."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.comments import ScannedTextForm
from cases.models import Case
from cases.policies import is_author
from cases.selectors import visible_case
from cases.views.reading import default_identity, identity_options
from polls import services
from polls.models import Finding, Option, Poll
from polls.policies import is_closed
from polls.selectors.page import page_of
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def tell(request: MemberRequest, finding_id: str) -> HttpResponse:
    """The author's answer to what was asked, as an update of the case."""
    finding, case = _finding(request, finding_id)
    if not is_author(request.viewer, case) or is_closed(finding.poll):
        raise Http404
    form = ScannedTextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.tell_finding(
            viewer=request.viewer,
            finding=finding,
            text=form.cleaned_data["text"],
            idempotency_key=idempotency_key(request),
        )
        messages.success(request, _("Your update is added. Who asked for it may answer again."))
        return redirect(f"{case.get_absolute_url()}#updates")
    context = {
        "case": case,
        "form": form,
        "title": _("Tell the result"),
        "about": finding.text,
        "lead": _("It becomes an update of the case, under its identity, for everybody at once."),
        "action": _("Add the update"),
    }
    return _page(request, context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def flag_finding(request: MemberRequest, finding_id: str) -> HttpResponse:
    finding, case = _finding(request, finding_id)
    return _flag(request, case, finding=finding)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def flag_option(request: MemberRequest, option_id: UUID) -> HttpResponse:
    option = get_object_or_404(Option.objects.select_related("poll__case"), pk=option_id)
    return _flag(request, _case_of(request, option.poll), option=option)


def _flag(
    request: MemberRequest,
    case: Case,
    *,
    option: Option | None = None,
    finding: Finding | None = None,
) -> HttpResponse:
    target = option.label if option is not None else finding.text if finding is not None else ""
    form = ScannedTextForm(request.POST or None)
    form.fields["text"].label = _("Why could it harm?")
    if request.method == "POST" and form.is_valid():
        services.flag_harm(
            viewer=request.viewer,
            option=option,
            finding=finding,
            text=form.cleaned_data["text"],
            shown_as=request.POST.get("shown_as") or default_identity(request.viewer, case),
            idempotency_key=idempotency_key(request),
        )
        messages.success(request, _("Your warning stands beside it, for all who may see it."))
        return redirect(case)
    context = {
        "case": case,
        "form": form,
        "title": _("This could harm"),
        "about": target,
        "lead": _("Your warning stands in the same block, and in the discussion."),
        "action": _("Warn of it"),
        "specimens": identity_options(request, case),
    }
    return _page(request, context, form)


def _page(
    request: MemberRequest, context: dict[str, object], form: ScannedTextForm
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "polls/contribution_form.html", context, status=status)


def _finding(request: MemberRequest, finding_id: str) -> tuple[Finding, Case]:
    found = get_object_or_404(Finding.objects.select_related("poll__case"), public_id=finding_id)
    return found, _case_of(request, found.poll)


def _case_of(request: MemberRequest, poll: Poll) -> Case:
    """The case, for who may see its answers. Raises `Http404`."""
    if poll.case is None:
        raise Http404
    poll.case = case = visible_case(request.viewer, poll.case.public_id)
    if not page_of(viewer=request.viewer, poll=poll).is_open:
        raise Http404
    return case
