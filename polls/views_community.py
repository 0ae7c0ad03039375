"""Questions to the whole community: asking one, the week's, and taking one down."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from polls import services
from polls.forms_community import PollForm
from polls.models import Poll
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key
from sermo.members.models import CommunityRole
from sermo.members.viewer.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@audience(Audience.VERIFIED)
def new(request: MemberRequest) -> HttpResponse:
    """Ask under one's handle; a moderator may set the question of a week instead."""
    moderates = request.viewer.member.role == CommunityRole.MODERATOR
    form = PollForm(request.POST or None, moderates=moderates)
    if request.method == "POST" and form.is_valid():
        poll = services.ask_community(
            viewer=request.viewer,
            question=form.cleaned_data["question"],
            options=form.cleaned_data["options"],
            is_multiple=form.cleaned_data["is_multiple"],
            closes_at=_closing(form.cleaned_data["days"]),
            week=form.cleaned_data.get("week"),
            idempotency_key=idempotency_key(request),
        )
        return redirect("polls:detail", poll_id=poll.public_id)
    context = {"form": form}
    return render(request, "polls/new.html", context, status=422 if form.is_bound else 200)


def _closing(days: int) -> dt.datetime:
    """At the end of that day."""
    day = timezone.now() + dt.timedelta(days=days + 1)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


@require_POST
@audience(Audience.MODERATOR)
def hide(request: MemberRequest, poll_id: str) -> HttpResponse:
    """Take a community poll down; nobody answers or sees it any more."""
    poll = get_object_or_404(Poll, public_id=poll_id)
    if poll.case_id is not None:
        raise Http404
    services.hide_poll(moderator=request.viewer, poll=poll)
    messages.success(request, _("The poll is hidden."))
    return redirect("polls:list")
