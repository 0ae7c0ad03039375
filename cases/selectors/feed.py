"""The feed of cases: pages by cursor over stored columns, so the cost of a page does not grow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.enums import TextChoices

from cases.models import AskedSpecialty, CaseStats
from cases.selectors.case_cards import CaseCard, case_cards
from cases.selectors.cursors import Cursor, InvalidCursor, decode_cursor, encode_cursor
from cases.selectors.own_items import own_case_keys
from sermo.core import specialties
from sermo.members.viewer import Viewer
from sermo.notifications.selectors.follows import load_follows

PER_PAGE = 20
MAX_COUNTED = 99


class FeedSort(TextChoices):
    NEWEST = "newest", "Latest activity"
    HOT = "hot", "Most discussed now"


@dataclass(frozen=True)
class FeedQuery:
    """Filters, sort order and cursor of the feed. Every value but the cursors is valid."""

    specialty: str = ""
    status: str = ""
    urgency: str = ""
    sort: str = FeedSort.NEWEST
    mine: bool = False
    saved: bool = False
    has_image: bool = False
    after: str = ""
    before: str = ""

    @property
    def is_filtered(self) -> bool:
        return any(
            (self.specialty, self.status, self.urgency, self.mine, self.saved, self.has_image)
        )

    @property
    def sort_column(self) -> str:
        return "hot_score" if self.sort == FeedSort.HOT else "last_activity_at"


@dataclass(frozen=True)
class FeedPage:
    """A page of the feed. `newer` and `older` are cursors, empty at the ends."""

    cards: list[CaseCard]
    newer: str
    older: str
    newest: str
    is_cursor_invalid: bool


@dataclass(frozen=True)
class _Bounds:
    """The decoded cursors; at most one is set."""

    after: Cursor | None = None
    before: Cursor | None = None


_CASE_FIELDS = tuple(
    f"case__{name}"
    for name in (
        "public_id", "title", "preset", "question", "shown_as", "byline", "line_specialty",
        "line_years", "line_place", "posted_at", "appears_at", "hidden_at",
    )
)  # fmt: skip


def feed_page(viewer: Viewer, query: FeedQuery) -> FeedPage:
    """Twenty cards. Two queries, and one more for own or saved cases."""
    bounds, is_cursor_invalid = _bounds(query)
    rows = list(_rows(viewer, query, bounds)[: PER_PAGE + 1])
    has_more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    if bounds.before is not None:
        rows.reverse()
    first, last = (
        [encode_cursor(getattr(row, query.sort_column), row.pk) for row in (rows[0], rows[-1])]
        if rows
        else ("", "")
    )
    has_newer = has_more if bounds.before is not None else bounds.after is not None
    has_older = bounds.before is not None or has_more
    return FeedPage(
        cards=case_cards(rows),
        newer=first if has_newer else "",
        older=last if has_older else "",
        newest=first,
        is_cursor_invalid=is_cursor_invalid,
    )


def count_newer(viewer: Viewer, query: FeedQuery, since: str) -> int:
    """How many cases of this list are newer than the cursor, up to 99. Raises `InvalidCursor`."""
    cursor = decode_cursor(since, is_time=query.sort != FeedSort.HOT)
    return int(_rows(viewer, query, _Bounds(before=cursor))[:MAX_COUNTED].count())


def _bounds(query: FeedQuery) -> tuple[_Bounds, bool]:
    """The decoded cursors, and whether one was invalid and is ignored."""
    is_time = query.sort != FeedSort.HOT
    try:
        if query.after:
            return _Bounds(after=decode_cursor(query.after, is_time=is_time)), False
        if query.before:
            return _Bounds(before=decode_cursor(query.before, is_time=is_time)), False
    except InvalidCursor:
        return _Bounds(), True
    return _Bounds(), False


def _rows(viewer: Viewer, query: FeedQuery, bounds: _Bounds) -> QuerySet[CaseStats]:
    """Newest first; with a `before` cursor, oldest first from the cursor on."""
    stats = CaseStats.objects.select_related("case").only(
        "n_comments", "n_answers", "n_images", "last_activity_at", "hot_score", "specialty",
        "status", "urgency", *_CASE_FIELDS,
    )  # fmt: skip
    is_private = query.mine or query.saved
    if query.specialty and query.sort == FeedSort.NEWEST and not is_private:
        stats = stats.filter(pk__in=_keys_by_specialty(query, bounds))
    else:
        is_beyond = _is_beyond(query.sort_column, bounds)
        stats = stats.filter(_filters(viewer, query), is_beyond)
    sign = "" if bounds.before is not None else "-"
    return stats.order_by(f"{sign}{query.sort_column}", f"{sign}case_id")


def _filters(viewer: Viewer, query: FeedQuery) -> Q:
    filters = _stats_filters(query, prefix="")
    filters &= _is_own(viewer) if query.mine else Q(is_listed=True)
    if query.saved:
        filters &= Q(pk__in=load_follows(viewer).bookmarks)
    if query.specialty:
        asked = AskedSpecialty.objects.filter(
            case_id=OuterRef("pk"), specialty__in=specialties.members_of(query.specialty)
        )
        filters &= Q(Exists(asked))
    return filters


def _stats_filters(query: FeedQuery, *, prefix: str) -> Q:
    filters: dict[str, Any] = {}
    if query.status:
        filters[f"{prefix}status"] = query.status
    if query.urgency:
        filters[f"{prefix}urgency"] = query.urgency
    if query.has_image:
        filters[f"{prefix}n_images__gt"] = 0
    return Q(**filters)


def _is_own(viewer: Viewer) -> Q:
    """Cases under the handle, and anonymous ones, also those that have not appeared yet."""
    keys = own_case_keys(viewer)
    return Q(case__author=viewer.member) | Q(pk__in=keys, case__author__isnull=True)


def _keys_by_specialty(query: FeedQuery, bounds: _Bounds) -> list[UUID]:
    """Keys of the page, by one index scan for each specialty. UNION removes duplicates."""
    sign = "" if bounds.before is not None else "-"
    order = (f"{sign}last_activity_at", f"{sign}case_id")
    scans: list[Any] = [
        AskedSpecialty.objects.filter(
            _stats_filters(query, prefix="case__stats__"),
            _is_beyond("last_activity_at", bounds),
            specialty=slug,
            is_listed=True,
        )
        .order_by(*order)
        .values_list("case_id", "last_activity_at")[: PER_PAGE + 1]
        for slug in specialties.members_of(query.specialty)
    ]
    rows = scans[0]
    if len(scans) > 1:
        union = reduce(lambda scan, other: scan.union(other), scans)
        rows = union.order_by(*order)[: PER_PAGE + 1]
    return [key for key, _at in rows]


def _is_beyond(column: str, bounds: _Bounds) -> Q:
    """Strictly beyond the cursor, in a form that lets the index of (column, case_id) be used."""
    if bounds.after is not None:
        return Q(**{f"{column}__lte": bounds.after.value}) & (
            Q(**{f"{column}__lt": bounds.after.value}) | Q(case_id__lt=bounds.after.key)
        )
    if bounds.before is not None:
        return Q(**{f"{column}__gte": bounds.before.value}) & (
            Q(**{f"{column}__gt": bounds.before.value}) | Q(case_id__gt=bounds.before.key)
        )
    return Q()
