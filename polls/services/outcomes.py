"""Linking the diagnosis of an outcome to its concept, so that answers can be compared with it."""

from __future__ import annotations

from cases.models import Outcome
from polls.errors import InvalidDiagnosisName
from polls.services.concepts import get_or_create_concept


def link_outcomes_to_concepts() -> int:
    """Link all outcomes that have no concept. Returns how many there were."""
    unlinked = list(Outcome.objects.filter(concept_id__isnull=True))
    for outcome in unlinked:
        link_outcome_to_concept(outcome=outcome)
    return len(unlinked)


def link_outcome_to_concept(*, outcome: Outcome) -> None:
    """Store the concept of the outcome's diagnosis; nothing if the text has no letter or digit."""
    try:
        concept = get_or_create_concept(label=outcome.diagnosis)
    except InvalidDiagnosisName:
        return
    outcome.concept_id = concept.pk
    outcome.save(update_fields=["concept_id"])
