"""The polls of a case and answering a poll."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from cases.models import CommentKind
from cases.policies import is_author
from cases.selectors import visible_case
from cases.selectors.identities import default_identity
from cases.services import NewComment, add_comment
from polls import selectors, services
from polls.errors import AnsweredBefore
from polls.forms.answer import AnswerForm
from polls.models import Poll
from polls.selectors import PollPage
from polls.views.poll_access import poll_context, poll_page_or_404
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def case_polls(request: MemberRequest, case_id: str) -> HttpResponse:
    """The polls of a case, as a part of its page."""
    case = visible_case(request.viewer, case_id)
    pages = selectors.case_poll_pages(viewer=request.viewer, case=case)
    polls = [poll_context(request, page) for page in pages]
    return render(request, "polls/_case_polls.html", {"polls": polls, "case": case})


@require_POST
@audience(Audience.VERIFIED)
def decline_answer(request: MemberRequest, case_id: str) -> HttpResponse:
    """The author sees the answers without an answer of their own."""
    case = visible_case(request.viewer, case_id)
    if not is_author(request.viewer, case):
        raise Http404
    services.decline_answer(viewer=request.viewer, case=case)
    return redirect(case)


@require_POST
@audience(Audience.VERIFIED)
def submit_answer(request: MemberRequest, poll_id: str) -> HttpResponse:
    """Answer, or change the answer. Redirects to the page of the poll, from which htmx takes it."""
    page = poll_page_or_404(request.viewer, poll_id)
    form = AnswerForm(request.POST, page=page, is_lookup="look_up" in request.POST)
    if not form.is_valid():
        return _invalid(request, page, form)
    try:
        _submit(request, page.poll, form)
    except AnsweredBefore as refusal:
        # The page is older than the member's answer: the words go into the form to change it.
        form.add_error(None, str(refusal))
        form.page = page = poll_page_or_404(request.viewer, poll_id)
        return _invalid(request, page, form, status=refusal.status)
    return redirect(_poll_url(page.poll))


@transaction.atomic
def _submit(request: MemberRequest, poll: Poll, form: AnswerForm) -> None:
    """Store the answer and the comment with its reasons, both or neither."""
    case = poll.case if form.reasons else None
    services.submit_answer(
        viewer=request.viewer,
        poll=poll,
        answer=form.answer_input(),
        is_change=form.cleaned_data["change"],
        notifies_followers=case is None,
    )
    if case is not None:
        reasons = NewComment(
            text=form.reasons,
            shown_as=form.cleaned_data["shown_as"] or default_identity(request.viewer, case),
            kind=CommentKind.ANSWER,
            hidden_until_answer=True,
        )
        add_comment(
            viewer=request.viewer,
            case=case,
            comment=reasons,
            idempotency_key=idempotency_key(request),
        )


def _poll_url(poll: Poll) -> str:
    if poll.case is not None:
        return f"{poll.case.get_absolute_url()}#poll-{poll.public_id}"
    return reverse("polls:detail", args=[poll.public_id])


def _invalid(
    request: MemberRequest, page: PollPage, form: AnswerForm, *, status: int = 422
) -> HttpResponse:
    """The form with its errors: in place for htmx, else on the poll's own page."""
    context = poll_context(request, page, form)
    if not request.htmx:
        return render(request, "polls/detail.html", context, status=status)
    target = f"#poll-{page.poll.public_id}"
    response = render(request, "polls/_poll.html", context, status=status)
    for name, value in (("Retarget", target), ("Reselect", target), ("Reswap", "outerHTML")):
        response[f"HX-{name}"] = value
    return response
