"""One page of a discussion. The number of queries does not depend on its length."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, F, Q, QuerySet
from django.db.models.enums import TextChoices
from django.db.models.functions import Coalesce

from cases.models import Case, Comment, CommentKind, HelpfulMark
from cases.policies import HIDDEN_WORDS, is_author
from cases.selectors.own_items import followed_since
from sermo.members.credential_lines.labels import credential_line_label
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope, helpful_scope
from sermo.members.viewer import Viewer

PER_PAGE = 20
_QUOTE_LENGTH = 240
_MAX_CURSOR_LENGTH = 20


class CommentOrder(TextChoices):
    OLDEST = "oldest", "In order"
    NEWEST = "newest", "Newest"
    HELPFUL = "helpful", "Most helpful"


@dataclass(frozen=True)
class QuotedComment:
    """The comment that another comment quotes, with the byline shown and the first 240 letters."""

    url: str
    byline: str
    text: str


@dataclass(frozen=True)
class ThreadComment:
    """One comment as the page shows it."""

    public_id: str
    # The address of the comment for its actions: "reply/" and "helpful/" are appended.
    base: str
    # The address of the page that shows it.
    url: str
    text: str
    byline: str
    credential: str
    is_anonymous: bool
    by_case_author: bool
    posted_at: dt.datetime
    kind: str
    hidden_until_answer: bool
    is_hidden: bool
    # When it appears to others; None once it has.
    appears_at: dt.datetime | None
    is_mine: bool
    is_marked: bool
    is_credited: bool
    n_helpful: int
    # The number of the first update after it, counted from 1; 0 if there is none.
    before_update: int
    quote: QuotedComment | None
    # Words of it are hidden after a report.
    has_hidden_words: bool
    # Not part of what the comment itself shows ({% cached_fragment %}).
    replies: list[ThreadComment] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Thread:
    """A page of the discussion. The cursors are empty at the ends.

    `waiting` are the viewer's own comments that have not appeared yet. They stand at the end of
    every page. `has_own_anonymous` is true if the viewer commented anonymously since the first of
    the months that the inbox covers.
    """

    order: str
    comments: list[ThreadComment]
    updates: list[ThreadComment]
    waiting: list[ThreadComment]
    has_own_anonymous: bool
    previous_cursor: str
    next_cursor: str


@dataclass(frozen=True)
class ThreadPosition:
    """Which page: after or before a cursor, or from one comment (its public id)."""

    order: str = CommentOrder.OLDEST
    after: str = ""
    before: str = ""
    comment: str = ""


def thread(
    viewer: Viewer,
    case: Case,
    position: ThreadPosition,
    *,
    sees_answers: bool,
    credited: set[UUID],
) -> Thread:
    """Twenty comments with all their replies, and every update. At most three queries."""
    visible = visible_comments(viewer, case, sees_answers=sees_answers)
    appeared = visible.filter(appears_at__isnull=True)
    top_level, is_backwards = _top_level(appeared, position)
    page_keys = top_level.values("pk")[: PER_PAGE + 1]
    found = list(
        visible.annotate(
            root=Coalesce("parent_id", "pk"), has_own_anonymous=_has_own_anonymous(viewer, case)
        )
        .filter(Q(root__in=page_keys) | Q(kind=CommentKind.UPDATE) | Q(appears_at__isnull=False))
        .select_related("quoted")
        .order_by("position", "id")
    )
    rows = [row for row in found if row.appears_at is None]
    updates = [row for row in rows if row.kind == CommentKind.UPDATE]
    tops = [row for row in rows if row.parent_id is None and row.kind != CommentKind.UPDATE]
    tops.sort(key=_sort_key(position.order), reverse=is_backwards)
    has_more, tops = len(tops) > PER_PAGE, tops[:PER_PAGE]
    if is_backwards:
        tops.reverse()
    context = _Context(
        viewer=viewer,
        case_url=case.get_absolute_url(),
        sees_answers=sees_answers,
        marked=_marked(viewer, rows),
        credited=credited,
        update_positions=[_place(row) for row in updates],
    )
    comments = {row.pk: _thread_comment(row, context) for row in found}
    for row in rows:
        if row.parent_id in comments:
            comments[row.parent_id].replies.append(comments[row.pk])
    has_previous = has_more if is_backwards else bool(position.after or position.comment)
    has_next = is_backwards or has_more
    return Thread(
        order=position.order,
        comments=[comments[row.pk] for row in tops],
        updates=[comments[row.pk] for row in updates],
        waiting=[comments[row.pk] for row in found if row.appears_at is not None],
        has_own_anonymous=any(row.has_own_anonymous for row in found),
        previous_cursor=_cursor(position.order, tops[0]) if tops and has_previous else "",
        next_cursor=_cursor(position.order, tops[-1]) if tops and has_next else "",
    )


def _has_own_anonymous(viewer: Viewer, case: Case) -> Exists:
    own = Comment.objects.filter(
        case=case,
        pseudonym=viewer.pseudonym(case_scope(case.pk)),
        posted_at__gte=followed_since(),
    )
    return Exists(own)


def visible_comments(viewer: Viewer, case: Case, *, sees_answers: bool) -> QuerySet[Comment]:
    """The comments that this viewer may see. The database leaves out what is hidden."""
    is_visible = Q(appears_at__isnull=True)
    if not sees_answers:
        is_visible &= Q(hidden_until_answer=False)
    is_own = Q(author=viewer.member) | Q(pseudonym=viewer.pseudonym(case_scope(case.pk)))
    return Comment.objects.filter(is_visible | is_own, case=case)


def count_hidden_until_answer(viewer: Viewer, case: Case) -> int:
    """How many comments of others are hidden until the viewer answers."""
    return (
        Comment.objects.filter(
            case=case, hidden_until_answer=True, appears_at__isnull=True, hidden_at__isnull=True
        )
        .exclude(author=viewer.member)
        .exclude(pseudonym=viewer.pseudonym(case_scope(case.pk)))
        .count()
    )


def creditable_comments(viewer: Viewer, case: Case, *, sees_answers: bool) -> list[ThreadComment]:
    """Comments of others that the author can credit: the most helpful twenty and their replies."""
    position = ThreadPosition(order=CommentOrder.HELPFUL)
    page = thread(viewer, case, position, sees_answers=sees_answers, credited=set())
    return [
        comment
        for top in page.comments
        for comment in (top, *top.replies)
        if not comment.is_mine and not comment.is_hidden
    ]


def comment_url(case_url: str, public_id: str) -> str:
    """The address of the page of the discussion that shows the comment."""
    return f"{case_url}?comment={public_id}#c-{public_id}"


def _top_level(
    visible: QuerySet[Comment], position: ThreadPosition
) -> tuple[QuerySet[Comment], bool]:
    """The comments that are not replies, from the cursor on, and whether in reverse order."""
    tops = visible.filter(parent=None).exclude(kind=CommentKind.UPDATE)
    if position.comment:
        start = visible.filter(public_id=position.comment)
        return tops.filter(position__gte=_root_position(start)).order_by("position"), False
    is_backwards = bool(position.before) and not position.after
    cursor = _decode(position.before if is_backwards else position.after)
    if position.order == CommentOrder.HELPFUL:
        if cursor:
            tops = tops.filter(_beyond_helpful(cursor, is_backwards))
        order = ("n_helpful", "-position") if is_backwards else ("-n_helpful", "position")
        return tops.order_by(*order), is_backwards
    is_ascending = (position.order == CommentOrder.OLDEST) != is_backwards
    if cursor:
        tops = tops.filter(**{f"position__{'gt' if is_ascending else 'lt'}": cursor[1]})
    return tops.order_by("position" if is_ascending else "-position"), is_backwards


def _root_position(comment: QuerySet[Comment]) -> int:
    """The position of the comment, or of its parent; 0 if it does not exist."""
    positions = comment.annotate(root_position=Coalesce("parent__position", F("position")))
    return int(positions.values_list("root_position", flat=True).first() or 0)


def _beyond_helpful(cursor: tuple[int, int], is_backwards: bool) -> Q:
    n_helpful, position = cursor
    if is_backwards:
        return Q(n_helpful__gt=n_helpful) | Q(n_helpful=n_helpful, position__lt=position)
    return Q(n_helpful__lt=n_helpful) | Q(n_helpful=n_helpful, position__gt=position)


def _sort_key(order: str) -> Callable[[Comment], tuple[int, int]]:
    if order == CommentOrder.HELPFUL:
        return lambda row: (-row.n_helpful, _place(row))
    sign = -1 if order == CommentOrder.NEWEST else 1
    return lambda row: (0, sign * _place(row))


def _place(row: Comment) -> int:
    """The position of a comment that has appeared; 0 for one that still waits."""
    return row.position or 0


def _cursor(order: str, row: Comment) -> str:
    n_helpful = row.n_helpful if order == CommentOrder.HELPFUL else 0
    return f"{n_helpful}_{_place(row)}"


def _decode(text: str) -> tuple[int, int] | None:
    """The two numbers of a cursor. None for an invalid one, which shows the first page."""
    n_helpful, _, position = text.partition("_")
    is_valid = n_helpful.isdecimal() and position.isdecimal() and len(text) <= _MAX_CURSOR_LENGTH
    return (int(n_helpful), int(position)) if is_valid else None


def _marked(viewer: Viewer, rows: Sequence[Comment]) -> set[UUID]:
    """Which of these comments the viewer marked as helpful."""
    pseudonyms = [viewer.pseudonym(helpful_scope(row.pk)) for row in rows if row.n_helpful]
    if not pseudonyms:
        return set()
    marks = HelpfulMark.objects.filter(pseudonym__in=pseudonyms)
    return set(marks.values_list("comment_id", flat=True))


@dataclass(frozen=True)
class _Context:
    """What the comments of one page have in common."""

    viewer: Viewer
    case_url: str
    sees_answers: bool
    marked: set[UUID]
    credited: set[UUID]
    update_positions: list[int]


def _thread_comment(row: Comment, context: _Context) -> ThreadComment:
    is_mine = is_author(context.viewer, row)
    is_hidden = row.hidden_at is not None
    return ThreadComment(
        public_id=row.public_id,
        base=f"{context.case_url}comments/{row.public_id}/",
        url=comment_url(context.case_url, row.public_id),
        text="" if is_hidden and not is_mine else row.text,
        byline=row.byline,
        credential=credential_line_label(row),
        is_anonymous=row.shown_as == ShownAs.ANONYMOUS,
        by_case_author=row.by_case_author,
        posted_at=row.posted_at,
        kind=row.kind,
        hidden_until_answer=row.hidden_until_answer,
        is_hidden=is_hidden,
        appears_at=row.appears_at,
        is_mine=is_mine,
        is_marked=row.pk in context.marked,
        is_credited=row.pk in context.credited,
        n_helpful=row.n_helpful,
        before_update=_next_update(row, context.update_positions),
        quote=_quote(row, context),
        has_hidden_words=HIDDEN_WORDS in row.text,
    )


def _next_update(row: Comment, update_positions: list[int]) -> int:
    """The number of the first update after the comment, counted from 1; 0 if there is none."""
    if row.kind == CommentKind.UPDATE or row.appears_at is not None:
        return 0
    later = (n for n, position in enumerate(update_positions, 1) if position > _place(row))
    return next(later, 0)


def _quote(row: Comment, context: _Context) -> QuotedComment | None:
    quoted = row.quoted
    if quoted is None or row.hidden_at is not None or quoted.hidden_at is not None:
        return None
    if quoted.hidden_until_answer and not context.sees_answers:
        return None
    ellipsis = "…" if len(quoted.text) > _QUOTE_LENGTH else ""
    return QuotedComment(
        comment_url(context.case_url, quoted.public_id),
        quoted.byline,
        quoted.text[:_QUOTE_LENGTH] + ellipsis,
    )
