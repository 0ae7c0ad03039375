"""The full-text search entry of a case."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from cases.models import FACT_FIELDS, Case, CaseSearchEntry, CaseStatus, Outcome
from cases.policies import HIDDEN_WORDS
from sermo.core import specialties
from sermo.core.identifiers import compose


def index_case(*, case: Case) -> None:
    """Write the search entry again. Weights: title A, tags and known diagnosis B, body C."""
    case.refresh_from_db()
    title, labels, body = (
        compose(text.replace(HIDDEN_WORDS, " "))
        for text in (case.title, _label_text(case), _body_text(case))
    )
    vector = (
        SearchVector(Value(title), weight="A", config="english")
        + SearchVector(Value(labels), weight="B", config="english")
        + SearchVector(Value(body), weight="C", config="english")
    )
    CaseSearchEntry.objects.update_or_create(
        case=case,
        defaults={
            "vector": vector,
            "posted_at": case.posted_at,
            "is_listed": case.appears_at is None and case.hidden_at is None,
        },
    )


def _label_text(case: Case) -> str:
    """Tags, specialties and, of a solved case, the diagnosis.

    The diagnosis of a case study stays out, because readers answer before they see it.
    """
    words = [*case.tags, *(specialties.name(slug) for slug in case.specialties)]
    if case.status == CaseStatus.SOLVED:
        words += Outcome.objects.filter(case=case).values_list("diagnosis", flat=True)
    return " ".join(words)


def _body_text(case: Case) -> str:
    texts = (case.question, *(getattr(case, name) for name in FACT_FIELDS))
    return "\n".join(text for text in texts if text)
