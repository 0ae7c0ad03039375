"""The library of solved cases, by diagnosis."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from polls.models import Concept
from polls.selectors.library import diagnosis_page, library_page
from polls.selectors.quiz import specialty_choices
from polls.views.pagination import page_number, pager_urls
from polls.views.quiz import selected_specialty
from sermo.core.access import Audience, audience
from sermo.members.viewer.requests import MemberRequest

MAX_TYPED_LENGTH = 100


@require_safe
@audience(Audience.VERIFIED)
def library(request: MemberRequest) -> HttpResponse:
    specialty = selected_specialty(request)
    typed = request.GET.get("q", "")[:MAX_TYPED_LENGTH]
    page = library_page(typed=typed, specialty=specialty, number=page_number(request))
    context = {
        "page": page,
        "typed": typed,
        "specialty": specialty,
        "specialties": specialty_choices(),
        **pager_urls(request, page.number, has_more=page.has_more),
    }
    return render(request, "polls/library.html", context)


@require_safe
@audience(Audience.VERIFIED)
def library_diagnosis(request: MemberRequest, concept_id: UUID) -> HttpResponse:
    """Solved cases of one diagnosis. A merged concept redirects to the one it counts as."""
    concept = get_object_or_404(Concept, pk=concept_id)
    if concept.merged_into_id is not None:
        return redirect("polls:library-diagnosis", concept_id=concept.merged_into_id)
    page = diagnosis_page(concept, number=page_number(request))
    if not page.n_cases:
        raise Http404
    context = {"page": page, **pager_urls(request, page.number, has_more=page.has_more)}
    return render(request, "polls/library_diagnosis.html", context)
