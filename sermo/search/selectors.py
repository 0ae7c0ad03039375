"""Cases by their words: newest first, or the best of the newest thousand (PERFORMANCE.md §3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import F, FloatField, Q, QuerySet, TextField
from django.db.models import Value as V
from django.db.models.functions import Cast, Concat

from cases.drafts.readiness import FACT_FIELDS
from cases.models import Case, CaseSearchEntry
from cases.selectors import cursors
from cases.selectors.cursors import InvalidCursor
from polls.folding import fold
from polls.models import Concept, Source, Synonym
from polls.selectors import suggest
from sermo.core import specialties
from sermo.core.specialties import members_of
from sermo.search.forms import BEST, Wish

PER_PAGE = 20
RANKED = 1000
MOST_NAMED = 5
# Characters nobody types mark what matched; the template escapes all the rest.
OPEN, CLOSE = "\x02", "\x03"


@dataclass(frozen=True)
class Piece:
    """A run of text, matched or not."""

    text: str
    is_match: bool


@dataclass(frozen=True)
class Found:
    case: Case
    title: list[Piece]
    excerpt: list[Piece]
    specialty: str


@dataclass(frozen=True)
class Results:
    """A page of cases; `older` is the cursor of the next, empty at the end."""

    found: list[Found]
    older: str
    is_cursor_bad: bool
    diagnoses: list[Concept]


def results(wish: Wish) -> Results:
    """Three statements: other names, cases, diagnoses; one for spellings where no case is found."""
    query = _query(wish.q)
    rows = CaseSearchEntry.objects.filter(_filters(wish), is_listed=True, vector=query)
    cursor, is_bad = _cursor(wish)
    order = "posted_at"
    if wish.sort == BEST:
        order = "rank"
        newest = rows.order_by("-posted_at", "-case_id")[:RANKED].values("pk")
        rank = Cast(SearchRank(F("vector"), query), FloatField())
        rows = CaseSearchEntry.objects.filter(pk__in=newest).annotate(rank=rank)
    if cursor is not None:
        rows = rows.filter(
            Q(**{f"{order}__lte": cursor.value})
            & (Q(**{f"{order}__lt": cursor.value}) | Q(case_id__lt=cursor.key))
        )
    ordered = rows.order_by(f"-{order}", "-case_id")
    page = list(_with_marks(ordered, query)[: PER_PAGE + 1])
    older = ""
    if len(page) > PER_PAGE:
        page = page[:PER_PAGE]
        older = cursors.encode_cursor(getattr(page[-1], order), page[-1].case_id)
    found = [_found(row) for row in page]
    return Results(found, older, is_bad, _diagnoses(wish, by_beginning_only=bool(found)))


def _query(typed: str) -> SearchQuery:
    """The words as typed, or another name of the diagnosis they are ("heart attack")."""
    asked = SearchQuery(typed, search_type="websearch", config="english")
    names = _other_names(typed)
    others = [SearchQuery(name, search_type="phrase", config="english") for name in names]
    return reduce(or_, others, asked)


def _other_names(typed: str) -> list[str]:
    folded = fold(typed)
    if not folded:
        return []
    listed = Synonym.objects.filter(folded=folded).exclude(concept__source=Source.FREE)
    concepts = listed.values("concept_id")
    names = Synonym.objects.filter(concept_id__in=concepts).values_list("text", flat=True)
    return [name for name in names[:12] if len(fold(name)) > 3]


def _filters(wish: Wish) -> Q:
    wanted = Q()
    if wish.specialty:
        wanted &= Q(case__specialties__overlap=members_of(wish.specialty))
    if wish.status:
        wanted &= Q(case__status=wish.status)
    if wish.urgency:
        wanted &= Q(case__urgency=wish.urgency)
    if wish.has_image:
        wanted &= Q(case__stats__n_images__gt=0)
    return wanted


def _cursor(wish: Wish) -> tuple[cursors.Cursor | None, bool]:
    if not wish.after:
        return None, False
    try:
        return cursors.decode_cursor(wish.after, is_time=wish.sort != BEST), False
    except InvalidCursor:
        return None, True


def _with_marks(rows: QuerySet[CaseSearchEntry], query: SearchQuery) -> QuerySet[CaseSearchEntry]:
    """Headlines are made for the rows shown, after the limit."""
    parts = [part for name in FACT_FIELDS for part in (f"case__{name}", V("  "))]
    body = Concat(*parts, output_field=TextField())
    shown = rows.select_related("case").defer("vector")
    return shown.annotate(
        title_marked=SearchHeadline(
            "case__title",
            query,
            config="english",
            start_sel=OPEN,
            stop_sel=CLOSE,
            highlight_all=True,
        ),
        body_marked=SearchHeadline(
            body,
            query,
            config="english",
            start_sel=OPEN,
            stop_sel=CLOSE,
            max_words=28,
            min_words=12,
        ),
    )


def _found(row: CaseSearchEntry) -> Found:
    return Found(
        case=row.case,
        title=pieces(row.title_marked),  # type: ignore[attr-defined]  # annotated above
        excerpt=pieces(row.body_marked),  # type: ignore[attr-defined]
        specialty=specialties.name(row.case.specialties[0]),
    )


def pieces(marked: str) -> list[Piece]:
    """Text with marks, as runs; a mark without its twin marks nothing."""
    runs = re.split(f"({OPEN}[^{OPEN}{CLOSE}]*{CLOSE})", marked)
    return [
        Piece(run.strip(OPEN + CLOSE), run.startswith(OPEN) and run.endswith(CLOSE))
        for run in runs
        if run.strip(OPEN + CLOSE)
    ]


def _diagnoses(wish: Wish, *, by_beginning_only: bool) -> list[Concept]:
    """Beside the first page; where no case is found, those spelt alike too."""
    return [] if wish.after else suggest(wish.q, by_beginning_only=by_beginning_only)[:MOST_NAMED]
