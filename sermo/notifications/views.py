"""The inbox of the signed-in member."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from sermo.members.viewer.requests import MemberRequest
from sermo.notifications import services
from sermo.notifications.models import Event
from sermo.notifications.selectors import inbox as inbox_selectors
from sermo.notifications.selectors.subjects import describe_subjects


@require_safe
@audience(Audience.VERIFIED)
def inbox(request: MemberRequest) -> HttpResponse:
    groups = inbox_selectors.inbox(request.viewer)
    context = {"groups": groups, "n_new": sum(group.n_new for group in groups)}
    return render_part_or_page(
        request, "notifications/_inbox.html", "notifications/inbox.html", context
    )


@require_safe
@audience(Audience.VERIFIED)
def inbox_link(request: MemberRequest) -> HttpResponse:
    """The link in the masthead with the number of unread events.

    It is fetched after the page, so that no page waits for it.
    """
    context = {"inbox_unread": inbox_selectors.count_unread(request.viewer)}
    return render(request, "notifications/_inbox_link.html", context)


@require_POST
@audience(Audience.VERIFIED)
def mark_read(request: MemberRequest, subject: UUID) -> HttpResponse:
    services.mark_read(viewer=request.viewer, subject=subject)
    return redirect("notifications:inbox")


@require_POST
@audience(Audience.VERIFIED)
def mark_all_read(request: MemberRequest) -> HttpResponse:
    services.mark_all_read(viewer=request.viewer)
    return redirect("notifications:inbox")


@require_safe
@audience(Audience.VERIFIED)
def open_event(request: MemberRequest, subject: UUID, number: int) -> HttpResponse:
    """Go to what happened and mark the subject as read in the viewer's private state."""
    if subject not in describe_subjects(request.viewer, [subject]):
        raise Http404
    event = get_object_or_404(Event, subject=subject, number=number)
    services.mark_read(viewer=request.viewer, subject=subject)
    return redirect(event.path)
