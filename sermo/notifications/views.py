"""The inbox. Nothing here is stored for anybody but on their own shelf."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.http import render_part_or_page
from sermo.members.viewer.requests import MemberRequest
from sermo.notifications import ports, selectors, services
from sermo.notifications.models import Event


@require_safe
@audience(Audience.VERIFIED)
def inbox(request: MemberRequest) -> HttpResponse:
    groups = selectors.inbox(request.viewer)
    context = {"groups": groups, "n_new": sum(group.n_new for group in groups)}
    return render_part_or_page(
        request, "notifications/_inbox.html", "notifications/inbox.html", context
    )


@require_safe
@audience(Audience.VERIFIED)
def bell(request: MemberRequest) -> HttpResponse:
    """The bell of the masthead, fetched after the page so that no page waits for it."""
    context = {"inbox_unread": selectors.unread(request.viewer)}
    return render(request, "notifications/_inbox_link.html", context)


@require_POST
@audience(Audience.VERIFIED)
def read(request: MemberRequest, subject: UUID) -> HttpResponse:
    services.mark_read(viewer=request.viewer, subject=subject)
    return redirect("notifications:inbox")


@require_POST
@audience(Audience.VERIFIED)
def read_all(request: MemberRequest) -> HttpResponse:
    services.mark_all_read(viewer=request.viewer)
    return redirect("notifications:inbox")


@require_safe
@audience(Audience.VERIFIED)
def go(request: MemberRequest, subject: UUID, number: int) -> HttpResponse:
    """Open what happened. Having been there is remembered on the viewer's own shelf."""
    if subject not in ports.describe(request.viewer, [subject]):
        raise Http404
    event = get_object_or_404(Event, subject=subject, number=number)
    services.mark_read(viewer=request.viewer, subject=subject)
    return redirect(event.path)
