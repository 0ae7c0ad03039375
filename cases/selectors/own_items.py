"""What a member wrote, found by keys that follow from the member secret. Nothing is stored for it.

The key of a member's n-th draft, which becomes the key of its case, and of the n-th anonymous
comment of a month are pseudonyms. A new item takes the lowest number whose key is free. So a
member's own items are found by computing keys in blocks until no item has a key of a whole block
(docs/design/anonymity.md, own items).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.utils import timezone

from cases.models import Comment
from sermo.core import coarse
from sermo.members.pseudonyms import comment_number_scope, draft_number_scope
from sermo.members.viewer import Viewer

# No more open drafts than a block has keys: a block can then not become empty below a later item.
MAX_DRAFTS = DRAFT_BLOCK = 64
COMMENT_BLOCK = 32
# Anonymous comments of this and the two months before are followed.
N_MONTHS = 3

# `read_up_to`: a member follows a case from the own comment on. Events of answers are left out,
# because their time is the beginning of a week.
_OWN_SQL = """
SELECT 'draft' AS kind, id, NULL::uuid AS case_id, 0 AS read_up_to
  FROM cases_draft WHERE id = ANY(%(drafts)s)
 UNION ALL
SELECT 'case', id, id, 0 FROM cases_case WHERE id = ANY(%(drafts)s)
 UNION ALL
SELECT 'comment', c.id, c.case_id, coalesce((
         SELECT max(e.number) FROM notifications_event e
          WHERE e.subject = c.case_id AND e.kind <> 'answer' AND e.happened_at < c.posted_at), 0)
  FROM cases_comment c WHERE c.id = ANY(%(comments)s)
"""


@dataclass(frozen=True)
class OwnItems:
    """Keys of the open drafts and of the cases, and by case the last event before own comments."""

    drafts: list[UUID]
    cases: list[UUID]
    commented: dict[UUID, int]


@dataclass
class _KeySeries:
    """The keys of a series, computed in runs of whole blocks; each run doubles the number."""

    viewer: Viewer
    scope: Callable[[int], str]
    block: int
    keys: list[UUID] = field(default_factory=list)

    def extend(self) -> list[UUID]:
        """Compute the next run and return it."""
        start = len(self.keys)
        new = [
            _key(self.viewer, self.scope(n))
            for n in range(start, start + max(start, 2 * self.block))
        ]
        self.keys += new
        return new

    def is_complete(self, found: set[UUID]) -> bool:
        """Whether no item has a key of some whole block, so that none has a later key."""
        starts = range(0, len(self.keys), self.block)
        return any(found.isdisjoint(self.keys[start : start + self.block]) for start in starts)

    def first_free(self, found: set[UUID]) -> UUID:
        return next(key for key in self.keys if key not in found)


def own_case_keys(viewer: Viewer) -> list[UUID]:
    """Keys of the member's cases. One statement for up to 64 drafts and cases, then a few more."""
    return _load(viewer, [_draft_series(viewer)], []).cases


def own_draft_keys(viewer: Viewer) -> list[UUID]:
    """Keys of the member's open drafts; as many statements as `own_case_keys`."""
    return _load(viewer, [_draft_series(viewer)], []).drafts


def own_draft_series(viewer: Viewer) -> tuple[list[UUID], OwnItems]:
    """The keys that the member's drafts have or may have had, and what exists of them now."""
    series = _draft_series(viewer)
    own = _load(viewer, [series], [])
    return [*viewer.earlier_cases, *series.keys], own


def own_subjects(viewer: Viewer) -> dict[UUID, int]:
    """What belongs in the inbox without being followed, and the last event number before it.

    The member's cases, and those with an anonymous comment by the member in these three months
    (`settings.OWN_SUBJECTS`). One statement for up to 64 drafts and cases and 32 comments a month.
    """
    comments = [_comment_series(viewer, month) for month in _recent_months()]
    own = _load(viewer, [_draft_series(viewer)], comments)
    return own.commented | dict.fromkeys(own.cases, 0)


def free_draft_key(viewer: Viewer) -> UUID | None:
    """The key of the next draft; None if the member has `MAX_DRAFTS` drafts."""
    series = _draft_series(viewer)
    own = _load(viewer, [series], [])
    n_drafts = sum(key in own.drafts for key in series.keys)
    return None if n_drafts >= MAX_DRAFTS else series.first_free({*own.drafts, *own.cases})


def free_comment_key(viewer: Viewer) -> UUID:
    """The key of the member's next anonymous comment. One statement for up to 32 a month."""
    series = _comment_series(viewer, coarse.to_month(timezone.localdate()))
    found: set[UUID] = set()
    while not series.is_complete(found):
        rows = Comment.objects.filter(pk__in=series.extend())
        found.update(rows.values_list("pk", flat=True))
    return series.first_free(found)


def followed_since() -> dt.datetime:
    """The beginning of the earliest month whose anonymous comments are followed."""
    return timezone.make_aware(dt.datetime.combine(_recent_months()[-1], dt.time()))


def _recent_months() -> list[dt.date]:
    months = [coarse.to_month(timezone.localdate())]
    while len(months) < N_MONTHS:
        months.append(coarse.previous_month(months[-1]))
    return months


def _draft_series(viewer: Viewer) -> _KeySeries:
    return _KeySeries(viewer, draft_number_scope, DRAFT_BLOCK)


def _comment_series(viewer: Viewer, month: dt.date) -> _KeySeries:
    return _KeySeries(viewer, lambda n: comment_number_scope(month, n), COMMENT_BLOCK)


def _key(viewer: Viewer, scope: str) -> UUID:
    return UUID(bytes=viewer.pseudonym(scope), version=4)


def _load(viewer: Viewer, drafts: Sequence[_KeySeries], comments: Sequence[_KeySeries]) -> OwnItems:
    """The items of these series. Each pass is one statement, for the series not yet complete."""
    own = OwnItems([], [], {})
    found: set[UUID] = set()
    earlier = list(viewer.earlier_cases) if drafts else []
    while True:
        draft_keys = [key for one in drafts if not one.is_complete(found) for key in one.extend()]
        comment_keys = [
            key for one in comments if not one.is_complete(found) for key in one.extend()
        ]
        if not draft_keys and not comment_keys:
            return own
        parameters = {"drafts": [*draft_keys, *earlier], "comments": comment_keys}
        earlier = []
        with connection.cursor() as cursor:
            cursor.execute(_OWN_SQL, parameters)
            for kind, key, case_id, read_up_to in cursor.fetchall():
                found.add(key)
                if kind == "draft":
                    own.drafts.append(key)
                elif kind == "case":
                    own.cases.append(key)
                else:
                    own.commented[case_id] = min(read_up_to, own.commented.get(case_id, read_up_to))
