"""Suggestions of diagnoses, and the moderators' page on which free text is merged into them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from polls import services
from polls.models import Concept, ConceptMerge
from polls.selectors import suggest_diagnoses
from polls.selectors.concepts import find_concept, recent_merges, unmerged_free_text
from polls.views.pagination import page_number, pager_urls
from polls.vocabulary.folding import fold
from sermo.core.access import Audience, audience
from sermo.core.quotas import SUGGESTIONS
from sermo.members.services import spend_quota
from sermo.members.viewer.requests import MemberRequest

MAX_TYPED_LENGTH = 100


@require_safe
@audience(Audience.VERIFIED)
def suggestions(request: MemberRequest) -> JsonResponse:
    """Diagnoses for the combobox: [{"value", "label", "note"}]."""
    spend_quota(viewer=request.viewer, quota=SUGGESTIONS)
    concepts = suggest_diagnoses(request.GET.get("q", "")[:MAX_TYPED_LENGTH])
    rows = [
        {"value": concept.name, "label": concept.name, "note": concept.code} for concept in concepts
    ]
    return JsonResponse(rows, safe=False)


@require_safe
@audience(Audience.MODERATOR)
def concept_names(request: MemberRequest) -> HttpResponse:
    """Free text that is not merged, most used first, and the newest merges."""
    return _names_page(request)


def _names_page(
    request: MemberRequest, *, invalid: UUID | None = None, typed: str = ""
) -> HttpResponse:
    """The page; after an unknown target with status 422, with suggestions for the typed name."""
    number = page_number(request)
    concepts, has_more = unmerged_free_text(number=number)
    context = {
        "concepts": concepts,
        "merges": recent_merges(),
        "invalid": invalid,
        "typed": typed,
        "suggestions": suggest_diagnoses(typed) if invalid else [],
        **pager_urls(request, number, has_more=has_more),
    }
    return render(request, "polls/concept_names.html", context, status=422 if invalid else 200)


@require_POST
@audience(Audience.MODERATOR)
def merge_concepts(request: MemberRequest, concept_id: UUID) -> HttpResponse:
    concept = get_object_or_404(Concept, pk=concept_id)
    typed = request.POST.get("into", "")[:200]
    target = find_concept(fold(typed))
    if target is None or target.pk == concept.pk:
        return _names_page(request, invalid=concept.pk, typed=typed)
    services.merge_concepts(moderator=request.viewer, concept=concept, target=target)
    messages.success(request, _("Merged. Answers keep what they said; they count as one."))
    return redirect("polls:concept-names")


@require_POST
@audience(Audience.MODERATOR)
def undo_merge(request: MemberRequest, merge_id: str) -> HttpResponse:
    merge = get_object_or_404(ConceptMerge, public_id=merge_id)
    services.undo_merge(moderator=request.viewer, merge=merge)
    messages.success(request, _("Taken back. They count as two again."))
    return redirect("polls:concept-names")
