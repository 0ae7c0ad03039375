"""The feed: pages by cursor over stored columns, at a cost that does not grow with the store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.enums import TextChoices
from django.utils import timezone

from cases.drafts import readiness
from cases.imaging.presentation import Picture, picture_of
from cases.models import AskedSpecialty, Case, CaseStats, CaseStatus, Image, Urgency
from cases.selectors import cursors
from cases.selectors.cursors import InvalidCursor
from sermo.core import specialties
from sermo.members.credential_lines.labels import credential_line_label
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer, private_state
from sermo.notifications.selectors.follows import OWN_DRAFTS_STATE, load_follows

PER_PAGE = 20
MAX_COUNTED = 99


class FeedSort(TextChoices):
    NEWEST = "newest", "Latest activity"
    HOT = "hot", "Most discussed now"


@dataclass(frozen=True)
class FeedQuery:
    """What the reader asked for; every field is clean."""

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


@dataclass(frozen=True)
class CaseCard:
    """One case of the list."""

    public_id: str
    url: str
    title: str
    question: str
    status: str
    status_label: str
    urgency: str
    urgency_label: str
    specialty: str
    byline: str
    is_anonymous: bool
    credential: str
    posted_at: dt.datetime
    age: str
    n_answers: int
    n_comments: int
    picture: Picture | None
    is_hidden: bool
    is_waiting: bool


@dataclass(frozen=True)
class FeedPage:
    """A page of the feed; `newer` and `older` are cursors, empty at the ends."""

    cards: list[CaseCard]
    newer: str
    older: str
    newest: str
    is_cursor_bad: bool


_CASE_FIELDS = tuple(
    f"case__{name}"
    for name in (
        "public_id", "title", "preset", "question", "shown_as", "byline", "line_specialty",
        "line_years", "line_place", "posted_at", "appears_at", "hidden_at",
    )
)  # fmt: skip


def feed_page(viewer: Viewer, wish: FeedQuery) -> FeedPage:
    """Twenty cards: two statements, and one for a shelf where the reader's own are asked for."""
    after, before, is_bad = _cursors(wish)
    rows = list(_rows(viewer, wish, after, before)[: PER_PAGE + 1])
    more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    if before is not None:
        rows.reverse()
    value = _order(wish)[0]
    ends = [cursors.encode_cursor(getattr(row, value), row.pk) for row in (rows[:1] + rows[-1:])]
    has_newer = more if before is not None else after is not None
    has_older = before is not None or more
    return FeedPage(
        cards=_cards(rows),
        newer=ends[0] if ends and has_newer else "",
        older=ends[-1] if ends and has_older else "",
        newest=ends[0] if ends else "",
        is_cursor_bad=is_bad,
    )


def count_newer(viewer: Viewer, wish: FeedQuery, since: str) -> int:
    """How many cases of this list came above the cursor, up to 99. Raises `BadCursor`."""
    cursor = cursors.decode_cursor(since, is_time=wish.sort != FeedSort.HOT)
    return int(_rows(viewer, wish, None, cursor)[:MAX_COUNTED].count())


def _cursors(wish: FeedQuery) -> tuple[cursors.Cursor | None, cursors.Cursor | None, bool]:
    is_time = wish.sort != FeedSort.HOT
    try:
        after = cursors.decode_cursor(wish.after, is_time=is_time) if wish.after else None
        before = (
            cursors.decode_cursor(wish.before, is_time=is_time)
            if wish.before and not after
            else None
        )
    except InvalidCursor:
        return None, None, True
    return after, before, False


def _order(wish: FeedQuery) -> tuple[str, str]:
    return ("hot_score" if wish.sort == FeedSort.HOT else "last_activity_at", "case_id")


def _rows(
    viewer: Viewer, wish: FeedQuery, after: cursors.Cursor | None, before: cursors.Cursor | None
) -> QuerySet[CaseStats]:
    """Newest first; from a `before` cursor upwards, oldest first."""
    value, key = _order(wish)
    stats = CaseStats.objects.select_related("case").only(
        "n_comments", "n_answers", "n_images", "last_activity_at", "hot_score", "specialty",
        "status", "urgency", *_CASE_FIELDS,
    )  # fmt: skip
    if wish.specialty and wish.sort == FeedSort.NEWEST and not (wish.mine or wish.saved):
        keys = _asked(wish, after, before)
        stats = stats.filter(pk__in=keys)
    else:
        stats = stats.filter(_filters(viewer, wish), _beyond(value, key, after, before))
    signs = ("", "") if before is not None else ("-", "-")
    return stats.order_by(signs[0] + value, signs[1] + key)


def _filters(viewer: Viewer, wish: FeedQuery) -> Q:
    found = _of_stats(wish, prefix="")
    if wish.mine or wish.saved:
        found &= _own(viewer) if wish.mine else Q(is_listed=True)
        if wish.saved:
            found &= Q(pk__in=load_follows(viewer).bookmarks)
    else:
        found &= Q(is_listed=True)
    if wish.specialty:
        asked = AskedSpecialty.objects.filter(
            case_id=OuterRef("pk"), specialty__in=_family(wish.specialty)
        )
        found &= Q(Exists(asked))
    return found


def _of_stats(wish: FeedQuery, *, prefix: str) -> Q:
    wanted: dict[str, Any] = {}
    if wish.status:
        wanted[f"{prefix}status"] = wish.status
    if wish.urgency:
        wanted[f"{prefix}urgency"] = wish.urgency
    if wish.has_image:
        wanted[f"{prefix}n_images__gt"] = 0
    return Q(**wanted)


def _own(viewer: Viewer) -> Q:
    """Under the handle by the key; under a tag by the shelf only this member can open."""
    keys = [UUID(key) for key in private_state.load_section(viewer, OWN_DRAFTS_STATE)]
    return Q(case__author=viewer.member) | Q(pk__in=keys, case__author__isnull=True)


def _asked(
    wish: FeedQuery, after: cursors.Cursor | None, before: cursors.Cursor | None
) -> list[UUID]:
    """One walk of the index for each specialty of the family; UNION drops doubles."""
    sign = "" if before is not None else "-"
    order = (f"{sign}last_activity_at", f"{sign}case_id")
    walks: list[Any] = [
        AskedSpecialty.objects.filter(
            _of_stats(wish, prefix="case__stats__"),
            _beyond("last_activity_at", "case_id", after, before),
            specialty=one,
            is_listed=True,
        )
        .order_by(*order)
        .values_list("case_id", "last_activity_at")[: PER_PAGE + 1]
        for one in _family(wish.specialty)
    ]
    keys = reduce(lambda one, other: one.union(other), walks) if len(walks) > 1 else walks[0]
    rows = keys.order_by(*order)[: PER_PAGE + 1] if len(walks) > 1 else keys
    return [key for key, _at in rows]


def _family(slug: str) -> list[str]:
    """The specialty and its subspecialties; a subspecialty alone."""
    return [slug, *(child for child, parent in specialties.PARENT.items() if parent == slug)]


def _beyond(value: str, key: str, after: cursors.Cursor | None, before: cursors.Cursor | None) -> Q:
    """Strictly beyond the cursor, written so that the index of (value, key) is walked."""
    if after is not None:
        return Q(**{f"{value}__lte": after.value}) & (
            Q(**{f"{value}__lt": after.value}) | Q(**{f"{key}__lt": after.key})
        )
    if before is not None:
        return Q(**{f"{value}__gte": before.value}) & (
            Q(**{f"{value}__gt": before.value}) | Q(**{f"{key}__gt": before.key})
        )
    return Q()


def _cards(rows: list[CaseStats]) -> list[CaseCard]:
    first = _first_pictures([row.pk for row in rows if row.n_images])
    now = timezone.now()
    return [_card(row, first.get(row.pk), now) for row in rows]


def _first_pictures(keys: list[UUID]) -> dict[UUID, Picture]:
    images = (
        Image.objects.shown()
        .filter(case_id__in=keys)
        .order_by("case_id", "position", "id")
        .distinct("case_id")
    )
    return {
        image.case_id: picture_of(image) for image in images if image.case_id and image.renditions
    }


def _card(row: CaseStats, first: Picture | None, now: dt.datetime) -> CaseCard:
    case = row.case
    is_anonymous = case.shown_as == ShownAs.ANONYMOUS
    return CaseCard(
        public_id=case.public_id,
        url=case.get_absolute_url(),
        title=case.title,
        question=question_of(case),
        status=row.status,
        status_label=str(CaseStatus(row.status).label),
        urgency=row.urgency,
        urgency_label=str(Urgency(row.urgency).label),
        specialty=specialties.name(row.specialty),
        byline=case.byline,
        is_anonymous=is_anonymous,
        credential=credential_line_label(case),
        posted_at=case.posted_at,
        age=age(case.posted_at, now, is_coarse=is_anonymous),
        n_answers=row.n_answers,
        n_comments=row.n_comments,
        picture=first,
        is_hidden=case.hidden_at is not None,
        is_waiting=case.appears_at is not None,
    )


def question_of(case: Case) -> str:
    """The preset question in words, or the author's own."""
    return readiness.question_of({"preset": case.preset, "question": case.question})


_MINUTES, _HOURS, _DAYS = 60, 24, 30


def age(at: dt.datetime, now: dt.datetime, *, is_coarse: bool) -> str:
    """Such as "12 min", "3 h", "5 d"; the date after a month. No minutes of a coarse time."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < _MINUTES:
        return "< 1 h" if is_coarse else f"{minutes or '< 1'} min"
    if minutes < _MINUTES * _HOURS:
        return f"{minutes // _MINUTES} h"
    days = minutes // (_MINUTES * _HOURS)
    return f"{days} d" if days < _DAYS else f"{at:%d %b %Y}".lstrip("0")
