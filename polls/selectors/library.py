"""The library: solved cases by their diagnosis.

Case studies are left out: each is a quiz until the member has answered it, and a list by diagnosis
would tell the answer.
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
from polls.models import Concept, Poll, PollKind, Synonym
from polls.selectors.group_rankings import GroupRanking, group_rankings
from polls.vocabulary.folding import fold
from sermo.core import specialties

DIAGNOSES_PER_PAGE = 30
CASES_PER_PAGE = 10


@dataclass(frozen=True)
class LibraryEntry:
    """One diagnosis, how many solved cases it has, and the name of its specialty."""

    concept: Concept
    n_cases: int
    specialty: str


@dataclass(frozen=True)
class LibraryPage:
    entries: list[LibraryEntry]
    number: int
    has_more: bool
    n_cases: int


@dataclass(frozen=True)
class SolvedCase:
    """One solved case, with the group ranking from before the outcome was known."""

    title: str
    path: str
    specialty: str
    certainty: str
    established_by: str
    recorded_at: dt.datetime
    ranking: GroupRanking


@dataclass(frozen=True)
class DiagnosisPage:
    """The solved cases of one diagnosis, `n_cases` in all."""

    concept: Concept
    cases: list[SolvedCase]
    n_cases: int
    number: int
    has_more: bool


def library_page(*, typed: str, specialty: str, number: int) -> LibraryPage:
    """Diagnoses with solved cases, most cases first. Three queries.

    `typed` is part of a name, `specialty` a slug; either may be empty.
    """
    outcomes = _solved_outcomes()
    if specialty:
        outcomes = outcomes.filter(case__stats__specialty__in=specialties.members_of(specialty))
    if folded := fold(typed):
        named = Synonym.objects.filter(folded__contains=folded).values("concept_id")
        outcomes = outcomes.filter(Q(concept_id__in=named) | Q(root__in=named))
    counted = outcomes.values("root").annotate(n=Count("pk")).order_by("-n", "root")
    start = (number - 1) * DIAGNOSES_PER_PAGE
    rows = list(counted[start : start + DIAGNOSES_PER_PAGE + 1])
    concepts = Concept.objects.in_bulk([row["root"] for row in rows])
    entries = [
        LibraryEntry(
            concepts[row["root"]], row["n"], specialties.name(concepts[row["root"]].specialty)
        )
        for row in rows[:DIAGNOSES_PER_PAGE]
        if row["root"] in concepts
    ]
    return LibraryPage(entries, number, len(rows) > DIAGNOSES_PER_PAGE, outcomes.count())


def diagnosis_page(concept: Concept, *, number: int) -> DiagnosisPage:
    """The solved cases of one diagnosis, newest first. Six queries for any number of cases."""
    outcomes = _solved_outcomes().filter(root=concept.pk)
    start = (number - 1) * CASES_PER_PAGE
    ordered = outcomes.select_related("case__stats").order_by("-recorded_at", "case_id")
    with_next = list(ordered[start : start + CASES_PER_PAGE + 1])
    page = with_next[:CASES_PER_PAGE]
    polls = _diagnosis_polls(page)
    rankings = group_rankings(dict.fromkeys(polls.values(), concept.pk))
    no_answers = GroupRanking(0, [], None)
    cases = [
        SolvedCase(
            title=outcome.case.title,
            path=reverse("cases:detail", args=[outcome.case.public_id]),
            specialty=specialties.name(outcome.case.specialties[0]),
            certainty=outcome.get_certainty_display(),
            established_by=outcome.get_established_by_display(),
            recorded_at=outcome.recorded_at,
            ranking=rankings.get(polls[outcome.pk], no_answers)
            if outcome.pk in polls
            else no_answers,
        )
        for outcome in page
    ]
    return DiagnosisPage(concept, cases, outcomes.count(), number, len(with_next) > CASES_PER_PAGE)


def _solved_outcomes() -> Any:  # a queryset with an annotation, which mypy's plugin cannot name
    """Outcomes that every member may see. `root` is the concept after moderators' merges."""
    into = Concept.objects.filter(pk=OuterRef("concept_id")).values("merged_into_id")
    return Outcome.objects.filter(
        case__status=CaseStatus.SOLVED,
        case__hidden_at__isnull=True,
        case__appears_at__isnull=True,
        concept_id__isnull=False,
    ).annotate(root=Coalesce(Subquery(into), F("concept_id"), output_field=UUIDField()))


def _diagnosis_polls(outcomes: list[Outcome]) -> dict[UUID, UUID]:
    """The key of each case's diagnosis poll, by the key of the case."""
    rows = Poll.objects.filter(
        case__in=[outcome.pk for outcome in outcomes], kind=PollKind.DIAGNOSIS
    ).values_list("case_id", "pk")
    return {case: poll for case, poll in rows if case is not None}
