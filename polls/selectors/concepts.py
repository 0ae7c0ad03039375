"""Looking up concepts: by spelling, and for the moderators who merge them."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q

from cases.models import CaseStatus, Outcome
from polls.models import Concept, ConceptMerge, ConceptSource, Synonym
from polls.vocabulary.folding import fold

PER_PAGE = 30
MAX_RECENT_MERGES = 10


def find_concept(folded: str) -> Concept | None:
    """The one concept with this folded spelling; None if there is none or if it is ambiguous.

    Concepts whose own name this is come first, then other concepts of a vocabulary, then free text.
    A merged concept is replaced by its target.
    """
    rows = Synonym.objects.filter(folded=folded).select_related("concept__merged_into")
    concepts = {row.concept.merged_into or row.concept for row in rows}
    listed = {concept for concept in concepts if concept.source != ConceptSource.FREE}
    named = {concept for concept in listed if fold(concept.name) == folded}
    free = concepts - listed
    for group in (named, listed, free):
        if len(group) == 1:
            return group.pop()
    # Several vocabularies have the same name: any will do, but always the same one.
    return min(named, key=lambda concept: concept.pk) if named else None


def is_listed(folded: str) -> bool:
    """Whether a vocabulary has a diagnosis with this folded spelling.

    Free text of members does not count: it is part of hidden answers, and would tell who asks for
    it that somebody gave it.
    """
    synonyms = Synonym.objects.filter(folded=folded)
    return synonyms.exclude(concept__source=ConceptSource.FREE).exists()


def find_public_concept(folded: str) -> Concept | None:
    """`find_concept` for names that everybody may know: listed ones, and outcomes of solved cases.

    Free text of hidden answers gives None, as if nobody had written it.
    """
    solved = Outcome.objects.filter(
        concept_id=OuterRef("concept_id"),
        case__status=CaseStatus.SOLVED,
        case__hidden_at__isnull=True,
        case__appears_at__isnull=True,
    )
    is_public = ~Q(concept__source=ConceptSource.FREE) | Exists(solved)
    if not Synonym.objects.filter(is_public, folded=folded).exists():
        return None
    return find_concept(folded)


def unmerged_free_text(*, number: int) -> tuple[list[Concept], bool]:
    """Free text that no moderator has merged, most used first, and whether there is a next page.

    Each concept has `n`, the number of its options. `number` is the page, counted from 1.
    """
    free = Concept.objects.filter(source=ConceptSource.FREE, merged_into__isnull=True)
    ordered = free.annotate(n=Count("options")).order_by("-n", "name", "id")
    start = (number - 1) * PER_PAGE
    with_next: list[Concept] = list(ordered[start : start + PER_PAGE + 1])
    return with_next[:PER_PAGE], len(with_next) > PER_PAGE


def recent_merges() -> list[ConceptMerge]:
    """The newest merges that were not undone, with both concepts."""
    active = ConceptMerge.objects.filter(undone_at__isnull=True)
    return list(active.select_related("concept", "target")[:MAX_RECENT_MERGES])
