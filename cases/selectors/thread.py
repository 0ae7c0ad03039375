"""One page of a discussion, whatever its length: the same statements for 20 replies and for 231."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.enums import TextChoices
from django.db.models.functions import Coalesce

from cases.models import Case, Comment, CommentKind, HelpfulMark
from cases.policies import is_author
from sermo.members.credential_lines.labels import credential_line_label
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope, helpful_scope
from sermo.members.viewer import Viewer

PER_PAGE = 20
_EXCERPT = 240


class CommentOrder(TextChoices):
    TOLD = "told", "In order"
    NEWEST = "newest", "Newest"
    HELPFUL = "helpful", "Most helpful"


@dataclass(frozen=True)
class QuotedComment:
    """What a comment quotes: the identity that was shown, and how it began."""

    address: str
    byline: str
    text: str


@dataclass(frozen=True)
class ThreadComment:
    """One comment as it stands on the page."""

    public_id: str
    # Where what one does with it is sent: "reply/" and "helpful/" are added.
    base: str
    # Where it is shown.
    address: str
    text: str
    byline: str
    credential: str
    is_anonymous: bool
    by_case_author: bool
    posted_at: dt.datetime
    kind: str
    hidden_until_answer: bool
    is_hidden: bool
    is_waiting: bool
    is_mine: bool
    is_marked: bool
    is_credited: bool
    n_helpful: int
    # The update that came after it, counted from 1; 0 where none did.
    before_update: int
    quote: QuotedComment | None
    # Not part of what the comment itself shows ({% cached_fragment %}).
    replies: list[ThreadComment] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Thread:
    """A page of the discussion; `before` and `after` are cursors, empty at the ends."""

    order: str
    comments: list[ThreadComment]
    updates: list[ThreadComment]
    back: str
    on: str


@dataclass(frozen=True)
class ThreadPosition:
    """Which page: from a cursor, or around one comment."""

    order: str = CommentOrder.TOLD
    after: str = ""
    before: str = ""
    comment: str = ""


def thread(
    viewer: Viewer, case: Case, where: ThreadPosition, *, is_open: bool, credited: set[UUID]
) -> Thread:
    """Twenty comments with all their replies, and every update; at most three statements."""
    visible = visible_comments(viewer, case, is_open=is_open)
    tops, backwards = _tops(visible, where)
    keys = tops.values("pk")[: PER_PAGE + 1]
    rows = list(
        visible.annotate(root=Coalesce("parent_id", "pk"))
        .filter(Q(root__in=keys) | Q(kind=CommentKind.UPDATE))
        .select_related("quoted")
        .order_by("position")
    )
    updates = [row for row in rows if row.kind == CommentKind.UPDATE]
    shown = [row for row in rows if row.parent_id is None and row.kind != CommentKind.UPDATE]
    shown = sorted(shown, key=_sorting(where.order), reverse=backwards)
    more, shown = len(shown) > PER_PAGE, shown[:PER_PAGE]
    if backwards:
        shown.reverse()
    marked = _marked(viewer, rows)
    moments = [row.position for row in updates]
    home = case.get_absolute_url()
    said = {row.pk: _said(viewer, row, home, marked, credited, moments, is_open) for row in rows}
    for row in rows:
        if row.parent_id in said:
            said[row.parent_id].replies.append(said[row.pk])
    came = bool(where.after or where.comment)
    return Thread(
        order=where.order,
        comments=[said[row.pk] for row in shown],
        updates=[said[row.pk] for row in updates],
        back=_cursor(where.order, shown[0]) if shown and (more if backwards else came) else "",
        on=_cursor(where.order, shown[-1]) if shown and (backwards or more) else "",
    )


def visible_comments(viewer: Viewer, case: Case, *, is_open: bool) -> QuerySet[Comment]:
    """What of the discussion this viewer is sent: sealed words are left out by the database."""
    shown = Q(appears_at__isnull=True)
    if not is_open:
        shown &= Q(hidden_until_answer=False)
    own = Q(author=viewer.member) | Q(pseudonym=viewer.pseudonym(case_scope(case.pk)))
    return Comment.objects.filter(shown | own, case=case)


def count_hidden_until_answer(viewer: Viewer, case: Case) -> int:
    """How many comments wait for the viewer's own answer."""
    return (
        Comment.objects.filter(
            case=case, hidden_until_answer=True, appears_at__isnull=True, hidden_at__isnull=True
        )
        .exclude(author=viewer.member)
        .exclude(pseudonym=viewer.pseudonym(case_scope(case.pk)))
        .count()
    )


def _tops(visible: QuerySet[Comment], where: ThreadPosition) -> tuple[QuerySet[Comment], bool]:
    """The comments that are no replies, from the cursor on; and whether they come backwards."""
    tops = visible.filter(parent=None).exclude(kind=CommentKind.UPDATE)
    if where.comment:
        start = visible.filter(public_id=where.comment)
        told = tops.filter(position__gte=_root_position(start))
        return told.order_by("position"), False
    backwards = bool(where.before) and not where.after
    cursor = _read(where.before if backwards else where.after)
    up = (where.order == CommentOrder.TOLD) != backwards
    if where.order == CommentOrder.HELPFUL:
        if cursor:
            tops = tops.filter(_beyond_helpful(cursor, backwards))
        signs = ("n_helpful", "-position") if backwards else ("-n_helpful", "position")
        return tops.order_by(*signs), backwards
    if cursor:
        tops = tops.filter(**{f"position__{'gt' if up else 'lt'}": cursor[1]})
    return tops.order_by("position" if up else "-position"), backwards


def _root_position(start: QuerySet[Comment]) -> int:
    found = start.annotate(at=Coalesce("parent__position", F("position")))
    return int(found.values_list("at", flat=True).first() or 0)


def _beyond_helpful(cursor: tuple[int, int], backwards: bool) -> Q:
    helpful, position = cursor
    if backwards:
        return Q(n_helpful__gt=helpful) | Q(n_helpful=helpful, position__lt=position)
    return Q(n_helpful__lt=helpful) | Q(n_helpful=helpful, position__gt=position)


def _sorting(order: str) -> Callable[[Comment], tuple[int, int]]:
    if order == CommentOrder.HELPFUL:
        return lambda row: (-row.n_helpful, row.position)
    sign = -1 if order == CommentOrder.NEWEST else 1
    return lambda row: (0, sign * row.position)


def _cursor(order: str, row: Comment) -> str:
    return (
        f"{row.n_helpful}_{row.position}" if order == CommentOrder.HELPFUL else f"0_{row.position}"
    )


def _read(text: str) -> tuple[int, int] | None:
    """Two numbers, or nothing: a bad cursor shows the first page."""
    helpful, _, position = text.partition("_")
    if not (helpful.isdecimal() and position.isdecimal() and len(text) <= 20):
        return None
    return int(helpful), int(position)


def _marked(viewer: Viewer, rows: Sequence[Comment]) -> set[UUID]:
    """Which of these the viewer found helpful: by tags only the viewer computes."""
    tags = [viewer.pseudonym(helpful_scope(row.pk)) for row in rows if row.n_helpful]
    if not tags:
        return set()
    return set(HelpfulMark.objects.filter(pseudonym__in=tags).values_list("comment_id", flat=True))


def _said(
    viewer: Viewer,
    row: Comment,
    home: str,
    marked: set[UUID],
    credited: set[UUID],
    updates: list[int],
    is_open: bool,
) -> ThreadComment:
    later = [number for number, position in enumerate(updates, 1) if position > row.position]
    is_hidden = row.hidden_at is not None
    return ThreadComment(
        public_id=row.public_id,
        base=f"{home}comments/{row.public_id}/",
        address=comment_url(home, row.public_id),
        text="" if is_hidden and not is_author(viewer, row) else row.text,
        byline=row.byline,
        credential=credential_line_label(row),
        is_anonymous=row.shown_as == ShownAs.ANONYMOUS,
        by_case_author=row.by_case_author,
        posted_at=row.posted_at,
        kind=row.kind,
        hidden_until_answer=row.hidden_until_answer,
        is_hidden=is_hidden,
        is_waiting=row.appears_at is not None,
        is_mine=is_author(viewer, row),
        is_marked=row.pk in marked,
        is_credited=row.pk in credited,
        n_helpful=row.n_helpful,
        before_update=later[0] if later and row.kind != CommentKind.UPDATE else 0,
        quote=_quote(row, home, is_open),
    )


def comment_url(home: str, public_id: str) -> str:
    """A comment on whichever page of the discussion it stands."""
    return f"{home}?comment={public_id}#c-{public_id}"


def _quote(row: Comment, home: str, is_open: bool) -> QuotedComment | None:
    quoted = row.quoted
    if quoted is None or row.hidden_at is not None:
        return None
    if quoted.hidden_at is not None or (quoted.hidden_until_answer and not is_open):
        return None
    text = quoted.text[:_EXCERPT] + ("…" if len(quoted.text) > _EXCERPT else "")
    return QuotedComment(comment_url(home, quoted.public_id), quoted.byline, text)
