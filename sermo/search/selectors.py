"""Full-text search of cases: newest first, or the best match of the newest thousand.

Ranking is limited to the newest cases that match, because PostgreSQL computes a rank for every row
(docs/design/performance.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import F, FloatField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from cases.models import FACT_FIELDS, Case, CaseSearchEntry
from cases.selectors import cursors
from cases.selectors.cursors import InvalidCursor
from polls.models import Concept, ConceptSource, Synonym
from polls.selectors import suggest_diagnoses
from polls.vocabulary.folding import fold
from sermo.core import specialties
from sermo.core.specialties import members_of

NEWEST, BEST = "newest", "best"
PER_PAGE = 20
MAX_RANKED = 1000
MAX_DIAGNOSES = 5
MAX_OTHER_NAMES = 12
# A hyphen excludes a word. PostgreSQL fails on more than 30 that follow each other.
MAX_HYPHENS = 10
# Shorter names are abbreviations, which match too much.
MIN_OTHER_NAME_LENGTH = 4
# Control characters, which nobody types, mark what matched. The template escapes all other text.
HIGHLIGHT_START, HIGHLIGHT_END = "\x02", "\x03"


@dataclass(frozen=True)
class SearchParameters:
    """Valid values of the search form. `after` is the cursor of a page."""

    q: str = ""
    specialty: str = ""
    status: str = ""
    urgency: str = ""
    has_image: bool = False
    sort: str = NEWEST
    after: str = ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.specialty or self.status or self.urgency or self.has_image)


@dataclass(frozen=True)
class TextFragment:
    """A run of text that matched as a whole, or not at all."""

    text: str
    is_match: bool


@dataclass(frozen=True)
class SearchResult:
    case: Case
    title: list[TextFragment]
    excerpt: list[TextFragment]
    specialty: str


@dataclass(frozen=True)
class SearchPage:
    """A page of cases. `older` is the cursor of the next page, empty on the last one."""

    results: list[SearchResult]
    older: str
    is_cursor_invalid: bool
    diagnoses: list[Concept]


def search_cases(parameters: SearchParameters) -> SearchPage:
    """Three queries: synonyms, cases, diagnoses. More for spelling if no case is found."""
    query = _search_query(parameters.q)
    rows = CaseSearchEntry.objects.filter(_filters(parameters), is_listed=True, vector=query)
    cursor, is_invalid = _cursor(parameters)
    order = "posted_at"
    if parameters.sort == BEST:
        order = "rank"
        newest = rows.order_by("-posted_at", "-case_id")[:MAX_RANKED].values("pk")
        rank = Cast(SearchRank(F("vector"), query), FloatField())
        rows = CaseSearchEntry.objects.filter(pk__in=newest).annotate(rank=rank)
    if cursor is not None:
        rows = rows.filter(
            Q(**{f"{order}__lte": cursor.value})
            & (Q(**{f"{order}__lt": cursor.value}) | Q(case_id__lt=cursor.key))
        )
    ordered = rows.order_by(f"-{order}", "-case_id")
    page = list(_with_headlines(ordered, query)[: PER_PAGE + 1])
    older = ""
    if len(page) > PER_PAGE:
        page = page[:PER_PAGE]
        older = cursors.encode_cursor(getattr(page[-1], order), page[-1].case_id)
    results = [_result(row) for row in page]
    diagnoses = _diagnoses(parameters, by_beginning_only=bool(results))
    return SearchPage(results, older, is_invalid, diagnoses)


def _search_query(typed: str) -> SearchQuery:
    """The typed words, or a synonym of the diagnosis that they name ("heart attack")."""
    if typed.count("-") > MAX_HYPHENS:
        typed = typed.replace("-", " ")
    words = SearchQuery(typed, search_type="websearch", config="english")
    names = _other_names(typed)
    others = [SearchQuery(name, search_type="phrase", config="english") for name in names]
    return reduce(or_, others, words)


def _other_names(typed: str) -> list[str]:
    folded = fold(typed)
    if not folded:
        return []
    listed = Synonym.objects.filter(folded=folded).exclude(concept__source=ConceptSource.FREE)
    concepts = listed.values("concept_id")
    names = Synonym.objects.filter(concept_id__in=concepts).values_list("text", flat=True)
    return [name for name in names[:MAX_OTHER_NAMES] if len(fold(name)) >= MIN_OTHER_NAME_LENGTH]


def _filters(parameters: SearchParameters) -> Q:
    filters = Q()
    if parameters.specialty:
        filters &= Q(case__specialties__overlap=members_of(parameters.specialty))
    if parameters.status:
        filters &= Q(case__status=parameters.status)
    if parameters.urgency:
        filters &= Q(case__urgency=parameters.urgency)
    if parameters.has_image:
        filters &= Q(case__stats__n_images__gt=0)
    return filters


def _cursor(parameters: SearchParameters) -> tuple[cursors.Cursor | None, bool]:
    """The cursor, if one is given, and whether it was invalid."""
    if not parameters.after:
        return None, False
    try:
        return cursors.decode_cursor(parameters.after, is_time=parameters.sort != BEST), False
    except InvalidCursor:
        return None, True


def _with_headlines(
    rows: QuerySet[CaseSearchEntry], query: SearchQuery
) -> QuerySet[CaseSearchEntry]:
    """Add the title and an excerpt with the matches marked, for the rows of the page only."""
    parts = [part for name in FACT_FIELDS for part in (f"case__{name}", Value("  "))]
    body = Concat(*parts, output_field=TextField())
    joined = rows.select_related("case").defer("vector")
    return joined.annotate(
        title_headline=SearchHeadline(
            "case__title",
            query,
            config="english",
            start_sel=HIGHLIGHT_START,
            stop_sel=HIGHLIGHT_END,
            highlight_all=True,
        ),
        body_headline=SearchHeadline(
            body,
            query,
            config="english",
            start_sel=HIGHLIGHT_START,
            stop_sel=HIGHLIGHT_END,
            max_words=28,
            min_words=12,
        ),
    )


def _result(row: CaseSearchEntry) -> SearchResult:
    return SearchResult(
        case=row.case,
        title=split_highlights(row.title_headline),  # type: ignore[attr-defined]  # annotated above
        excerpt=split_highlights(row.body_headline),  # type: ignore[attr-defined]
        specialty=specialties.name(row.case.specialties[0]),
    )


def split_highlights(headline: str) -> list[TextFragment]:
    """Split a headline at its marks. A start without an end, or the reverse, marks nothing."""
    start, end = HIGHLIGHT_START, HIGHLIGHT_END
    runs = re.split(f"({start}[^{start}{end}]*{end})", headline)
    return [
        TextFragment(run.strip(start + end), run.startswith(start) and run.endswith(end))
        for run in runs
        if run.strip(start + end)
    ]


def _diagnoses(parameters: SearchParameters, *, by_beginning_only: bool) -> list[Concept]:
    """Diagnoses for the first page; if no case was found, similar spellings too."""
    if parameters.after:
        return []
    return suggest_diagnoses(parameters.q, by_beginning_only=by_beginning_only)[:MAX_DIAGNOSES]
