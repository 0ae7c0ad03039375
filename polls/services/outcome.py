"""What an outcome is called in the vocabulary, so that answers can be held against it."""

from __future__ import annotations

from cases.models import Outcome
from polls.errors import NotAName
from polls.services.concepts import resolve_concept


def name_outcomes() -> int:
    """Those that have no concept yet; how many were looked at. Harmless when done again."""
    unnamed = list(Outcome.objects.filter(concept_id__isnull=True))
    for outcome in unnamed:
        name_outcome(outcome=outcome)
    return len(unnamed)


def name_outcome(*, outcome: Outcome) -> None:
    """Give the outcome its concept; what is no name in any script stays as it was written."""
    try:
        concept = resolve_concept(label=outcome.diagnosis)
    except NotAName:
        return
    outcome.concept_id = concept.pk
    outcome.save(update_fields=["concept_id"])
