"""Polls for the whole community: the list, one poll, a new poll, and hiding one."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from polls import services
from polls.forms.community_poll import CommunityPollForm
from polls.selectors.community_polls import community_polls_page
from polls.services import CommunityPollInput
from polls.views.pagination import page_number
from polls.views.poll_access import poll_context, poll_page_or_404
from sermo.core.access import Audience, audience
from sermo.core.coarse import to_day
from sermo.core.http import idempotency_key
from sermo.members.models import CommunityRole
from sermo.members.viewer.requests import MemberRequest


@require_safe
@audience(Audience.VERIFIED)
def poll_list(request: MemberRequest) -> HttpResponse:
    """Polls to the whole community: the question of the week, then open polls, newest first."""
    context = {"page": community_polls_page(request.viewer, number=page_number(request))}
    return render(request, "polls/list.html", context)


@require_safe
@audience(Audience.VERIFIED)
def detail(request: MemberRequest, poll_id: str) -> HttpResponse:
    """One community poll. A poll of a case redirects to the case."""
    page = poll_page_or_404(request.viewer, poll_id)
    if page.poll.case is not None:
        return redirect(page.poll.case)
    return render(request, "polls/detail.html", poll_context(request, page))


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def new_poll(request: MemberRequest) -> HttpResponse:
    """Ask under the own handle. A moderator can set the question of a week instead."""
    moderates = request.viewer.member.role == CommunityRole.MODERATOR
    form = CommunityPollForm(request.POST or None, moderates=moderates)
    if request.method == "POST" and form.is_valid():
        poll = services.create_community_poll(
            viewer=request.viewer,
            poll=CommunityPollInput(
                question=form.cleaned_data["question"],
                options=form.cleaned_data["options"],
                is_multiple=form.cleaned_data["is_multiple"],
                closes_at=_closing_time(form.cleaned_data["days"]),
                week=form.cleaned_data.get("week"),
            ),
            idempotency_key=idempotency_key(request),
        )
        return redirect("polls:detail", poll_id=poll.public_id)
    context = {"form": form}
    return render(request, "polls/new.html", context, status=422 if form.is_bound else 200)


def _closing_time(days: int) -> dt.datetime:
    """The end of the day that is so many days from now."""
    return to_day(timezone.now() + dt.timedelta(days=days + 1))
