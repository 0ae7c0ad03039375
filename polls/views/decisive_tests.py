"""Reporting the result of a decisive test, and flagging options and tests as risky."""

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
from cases.selectors.identities import default_identity, identity_options
from cases.selectors.waiting import posted_message
from polls import services
from polls.models import AnswerOption, DecisiveTest, Poll
from polls.policies import is_closed
from polls.selectors import poll_page
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def report_test_result(request: MemberRequest, test_id: str) -> HttpResponse:
    """The author reports the result of a test, as an update of the case."""
    test, case = _test_or_404(request, test_id)
    if not is_author(request.viewer, case) or is_closed(test.poll):
        raise Http404
    form = ScannedTextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        update = services.report_test_result(
            viewer=request.viewer,
            decisive_test=test,
            text=form.cleaned_data["text"],
            idempotency_key=idempotency_key(request),
        )
        added = _("Your update is added. Who asked for it may answer again.")
        messages.success(request, posted_message(update, added))
        return redirect(f"{case.get_absolute_url()}#updates")
    context = {
        "case": case,
        "form": form,
        "title": _("Tell the result"),
        "about": test.text,
        "lead": _("It becomes an update of the case, under its identity. Everybody sees it."),
        "action": _("Add the update"),
    }
    return _form_page(request, context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def flag_test(request: MemberRequest, test_id: str) -> HttpResponse:
    test, case = _test_or_404(request, test_id)
    return _flag_risk(request, case, test, test.text)


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def flag_option(request: MemberRequest, option_id: UUID) -> HttpResponse:
    option = get_object_or_404(AnswerOption.objects.select_related("poll__case"), pk=option_id)
    return _flag_risk(request, _case_or_404(request, option.poll), option, option.label)


def _flag_risk(
    request: MemberRequest, case: Case, target: AnswerOption | DecisiveTest, about: str
) -> HttpResponse:
    form = ScannedTextForm(request.POST or None)
    form.fields["text"].label = _("Why could it harm?")
    if request.method == "POST" and form.is_valid():
        flag = services.flag_risk(
            viewer=request.viewer,
            target=target,
            text=form.cleaned_data["text"],
            shown_as=request.POST.get("shown_as") or default_identity(request.viewer, case),
            idempotency_key=idempotency_key(request),
        )
        added = _("Your warning stands beside it, for all who may see it.")
        messages.success(request, posted_message(flag.comment, added))
        return redirect(case)
    context = {
        "case": case,
        "form": form,
        "title": _("This could harm"),
        "about": about,
        "lead": _("Your warning stands in the same block, and in the discussion."),
        "action": _("Warn of it"),
        "identity_options": identity_options(
            request.viewer, case, chosen=request.POST.get("shown_as", "")
        ),
    }
    return _form_page(request, context, form)


def _form_page(
    request: MemberRequest, context: dict[str, object], form: ScannedTextForm
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "polls/contribution_form.html", context, status=status)


def _test_or_404(request: MemberRequest, test_id: str) -> tuple[DecisiveTest, Case]:
    tests = DecisiveTest.objects.select_related("poll__case")
    test = get_object_or_404(tests, public_id=test_id)
    return test, _case_or_404(request, test.poll)


def _case_or_404(request: MemberRequest, poll: Poll) -> Case:
    """The case of the poll. Raises `Http404` if the viewer may not see its answers."""
    if poll.case is None:
        raise Http404
    poll.case = case = visible_case(request.viewer, poll.case.public_id)
    if not poll_page(viewer=request.viewer, poll=poll).is_revealed:
        raise Http404
    return case
