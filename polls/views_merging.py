"""`/polls/names/`: what answerers wrote themselves, to be joined with what it means."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from polls import services
from polls.folding import fold
from polls.models import Concept, Merge, Source
from polls.selectors import suggest
from polls.services.concepts import find_concept
from polls.views_record import neighbours, page_number
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest

PER_PAGE = 30
RECENT = 10


@require_safe
@audience(Audience.MODERATOR)
def names(request: MemberRequest) -> HttpResponse:
    """Free texts that stand by themselves, most used first; then the newest merges."""
    return _page(request)


def _page(request: MemberRequest, *, odd: UUID | None = None, typed: str = "") -> HttpResponse:
    number = page_number(request)
    free = Concept.objects.filter(source=Source.FREE, merged_into__isnull=True)
    start = (number - 1) * PER_PAGE
    rows = free.annotate(n=Count("options")).order_by("-n", "name", "id")
    found = list(rows[start : start + PER_PAGE + 1])
    context = {
        "concepts": found[:PER_PAGE],
        "merges": Merge.objects.filter(undone_at__isnull=True).select_related("concept", "into")[
            :RECENT
        ],
        "odd": odd,
        "typed": typed,
        "likely": suggest(typed) if odd else [],
        **neighbours(request, number, has_more=len(found) > PER_PAGE),
    }
    return render(request, "polls/concept_names.html", context, status=422 if odd else 200)


@require_POST
@audience(Audience.MODERATOR)
def merge(request: MemberRequest, concept_id: UUID) -> HttpResponse:
    concept = get_object_or_404(Concept, pk=concept_id)
    typed = request.POST.get("into", "")[:200]
    into = find_concept(fold(typed))
    if into is None or into.pk == concept.pk:
        return _page(request, odd=concept.pk, typed=typed)
    services.merge(moderator=request.viewer, concept=concept, into=into)
    messages.success(request, _("Merged. Answers keep what they said; they count as one."))
    return redirect("polls:names")


@require_POST
@audience(Audience.MODERATOR)
def unmerge(request: MemberRequest, merge_id: str) -> HttpResponse:
    done = get_object_or_404(Merge, public_id=merge_id)
    services.unmerge(moderator=request.viewer, merge=done)
    messages.success(request, _("Taken back. They count as two again."))
    return redirect("polls:names")
