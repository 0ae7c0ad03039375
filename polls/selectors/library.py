"""The library: solved cases by what they turned out to be. Shared cases stay out: they are quizzes
until one has answered, and a list by diagnosis would give them away.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.urls import reverse

from cases.models import CaseStatus, Outcome
from polls.folding import fold
from polls.models import Concept, Poll, PollKind, Synonym
from polls.selectors.crowd import Crowd, crowds
from sermo.core import specialties

PER_PAGE = 30
CASES_PER_PAGE = 10


@dataclass(frozen=True)
class Shelf:
    """One diagnosis and how many solved cases it has."""

    concept: Concept
    n: int
    specialty: str


@dataclass(frozen=True)
class Page:
    shelves: list[Shelf]
    number: int
    has_more: bool
    n_cases: int


@dataclass(frozen=True)
class SolvedCase:
    """One solved case, and what colleagues thought before the outcome was known."""

    title: str
    path: str
    specialty: str
    certainty: str
    established_by: str
    recorded_at: dt.datetime
    crowd: Crowd


@dataclass(frozen=True)
class ShelfPage:
    concept: Concept
    cases: list[SolvedCase]
    n: int
    number: int
    has_more: bool


def _solved() -> Any:  # a query set with an annotation, which the plugin cannot name
    """Outcomes open to every member, with the concept they count under."""
    into = Concept.objects.filter(pk=OuterRef("concept_id")).values("merged_into_id")
    return Outcome.objects.filter(
        case__status=CaseStatus.SOLVED,
        case__hidden_at__isnull=True,
        case__appears_at__isnull=True,
        concept_id__isnull=False,
    ).annotate(root=Coalesce(Subquery(into), F("concept_id"), output_field=UUIDField()))


def library(*, wanted: str, specialty: str, number: int) -> Page:
    """Diagnoses with solved cases, the most cases first; three statements."""
    rows = _solved()
    if specialty:
        rows = rows.filter(case__stats__specialty__in=specialties.members_of(specialty))
    if folded := fold(wanted):
        named = Synonym.objects.filter(folded__contains=folded).values("concept_id")
        rows = rows.filter(Q(concept_id__in=named) | Q(root__in=named))
    counted = rows.values("root").annotate(n=Count("pk")).order_by("-n", "root")
    start = (number - 1) * PER_PAGE
    found = list(counted[start : start + PER_PAGE + 1])
    concepts = Concept.objects.in_bulk([row["root"] for row in found])
    shelves = [
        Shelf(concepts[row["root"]], row["n"], specialties.name(concepts[row["root"]].specialty))
        for row in found[:PER_PAGE]
        if row["root"] in concepts
    ]
    return Page(shelves, number, len(found) > PER_PAGE, rows.count())


def shelf(concept: Concept, *, number: int) -> ShelfPage:
    """The solved cases of one diagnosis, newest first; six statements however many there are."""
    rows = _solved().filter(root=concept.pk)
    start = (number - 1) * CASES_PER_PAGE
    ordered = rows.select_related("case__stats").order_by("-recorded_at", "case_id")
    found = list(ordered[start : start + CASES_PER_PAGE + 1])
    polls = _polls(found[:CASES_PER_PAGE])
    thought = crowds(dict.fromkeys(polls.values(), concept.pk))
    nobody = Crowd(0, [], None)
    cases = [
        SolvedCase(
            title=one.case.title,
            path=reverse("cases:detail", args=[one.case.public_id]),
            specialty=specialties.name(one.case.specialties[0]),
            certainty=one.get_certainty_display(),
            established_by=one.get_established_by_display(),
            recorded_at=one.recorded_at,
            crowd=thought.get(polls[one.pk], nobody) if one.pk in polls else nobody,
        )
        for one in found[:CASES_PER_PAGE]
    ]
    return ShelfPage(concept, cases, rows.count(), number, len(found) > CASES_PER_PAGE)


def _polls(outcomes: list[Outcome]) -> dict[UUID, UUID]:
    """The diagnosis poll of each case, by case."""
    rows = Poll.objects.filter(
        case__in=[one.pk for one in outcomes], kind=PollKind.DIAGNOSIS
    ).values_list("case_id", "pk")
    return {case: poll for case, poll in rows if case is not None}
