"""Wordings and the concept they stand for."""

from __future__ import annotations

from polls.folding import fold, trigrams
from polls.models import Concept, Source, Synonym


def resolve_concept(*, label: str) -> Concept:
    """The concept of this wording; free text becomes one of its own, once for each spelling."""
    folded = fold(label)
    known = (
        Synonym.objects.filter(folded=folded)
        .select_related("concept__merged_into")
        .order_by("concept__source", "concept_id")
        .first()
    )
    if known:
        return known.concept.merged_into or known.concept
    concept = Concept.objects.create(name=label.strip(), source=Source.FREE)
    Synonym.objects.create(
        concept=concept, text=label.strip(), folded=folded, trigrams=trigrams(folded)
    )
    return concept
