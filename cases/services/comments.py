"""Comments, replies and updates. Counters move in the same transaction (PERFORMANCE.md §3)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F

from cases.errors import (
    CaseNotVisible,
    CommentOnOtherCase,
    DiscussionClosed,
    NestedReply,
    NotCaseAuthor,
    OwnComment,
)
from cases.models import Case, CaseStats, Comment, CommentKind, HelpfulMark, Urgency
from cases.policies import activity_score, author_identity, hot_score, is_author
from cases.services.activity import record_activity
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope, helpful_scope
from sermo.members.services import authorship_fields
from sermo.members.viewer import Viewer
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify, subscribe_by_email


def add_comment(
    *,
    viewer: Viewer,
    case: Case,
    text: str,
    shown_as: str,
    idempotency_key: UUID,
    kind: str = CommentKind.COMMENT,
    hidden_until_answer: bool = False,
    parent: Comment | None = None,
    quoted: Comment | None = None,
) -> Comment:
    """Say something in a case; a second call with the same key gives what the first one said.

    What replies to or quotes something sealed is sealed. Raises `DiscussionClosed`, `NotVisible`,
    `OneLevelOnly`, `ElsewhereSaid`, `RealNameUnknown`.
    """
    _check_place(case, parent, quoted)
    sealed = hidden_until_answer or any(
        one is not None and one.hidden_until_answer for one in (parent, quoted)
    )
    try:
        with transaction.atomic():
            return _add(
                viewer=viewer,
                case=case,
                shown_as=shown_as,
                text=text,
                kind=kind,
                hidden_until_answer=sealed,
                parent=parent,
                quoted=quoted,
                idempotency_key=idempotency_key,
            )
    except IntegrityError:
        return Comment.objects.get(idempotency_key=idempotency_key, case=case)


def add_update(*, viewer: Viewer, case: Case, text: str, idempotency_key: UUID) -> Comment:
    """News of the case by its author, under the identity of the case. Raises `NotTheAuthor`."""
    if not is_author(viewer, case):
        raise NotCaseAuthor
    return add_comment(
        viewer=viewer,
        case=case,
        text=text,
        shown_as=case.shown_as,
        kind=CommentKind.UPDATE,
        idempotency_key=idempotency_key,
    )


@transaction.atomic
def publish_delayed_comment(*, comment_id: UUID) -> bool:
    """Show an anonymous comment whose wait is over, count it and tell. False if it is shown."""
    appeared = Comment.objects.filter(pk=comment_id, appears_at__isnull=False).update(
        appears_at=None
    )
    if not appeared:
        return False
    comment = Comment.objects.select_related("case", "parent").get(pk=comment_id)
    if comment.hidden_at is None:
        stats = CaseStats.objects.select_for_update().get(pk=comment.case_id)
        _count(stats, comment.case, comment)
        _tell(comment, by=None)
    return True


@transaction.atomic
def set_helpful(*, viewer: Viewer, comment: Comment, on: bool) -> int:
    """Say that it helped, or take that back; the count. Twice is once. Raises `OwnWords`."""
    if is_author(viewer, comment):
        raise OwnComment
    tag = viewer.pseudonym(helpful_scope(comment.pk))
    locked = Comment.objects.select_for_update().only("n_helpful").get(pk=comment.pk)
    said = HelpfulMark.objects.filter(comment=comment, pseudonym=tag)
    if on and not said.exists():
        HelpfulMark.objects.create(comment=comment, pseudonym=tag)
        change = 1
    elif not on and said.delete()[0]:
        change = -1
    else:
        return locked.n_helpful
    Comment.objects.filter(pk=comment.pk).update(n_helpful=F("n_helpful") + change)
    return locked.n_helpful + change


def _check_place(case: Case, parent: Comment | None, quoted: Comment | None) -> None:
    if case.closed_to_comments_at is not None:
        raise DiscussionClosed
    if case.hidden_at is not None:
        raise CaseNotVisible
    if any(one is not None and one.case_id != case.pk for one in (parent, quoted)):
        raise CommentOnOtherCase
    if parent is not None and parent.parent_id is not None:
        raise NestedReply


def _add(*, viewer: Viewer, case: Case, shown_as: str, **said: Any) -> Comment:
    """Position and counters first: their row's lock puts two at once one after the other."""
    comment_id = uuid4()
    signature = _signature(viewer, case, shown_as)
    capsule = signature.pop("encrypted_contact_email")
    stats = CaseStats.objects.select_for_update().get(pk=case.pk)
    if shown_as == ShownAs.ANONYMOUS:
        signature["byline"] = _alias(case, signature["pseudonym"], signature["byline"])
    comment = Comment(id=comment_id, case=case, position=stats.last_position + 1, **said)
    for name, value in signature.items():
        setattr(comment, name, value)
    comment.by_case_author = author_identity(comment) == author_identity(case)
    comment.save(force_insert=True)
    if comment.appears_at is None:
        _count(stats, case, comment)
        # Who follows by mail and speaks anonymously is written to like the others: the one
        # letter that does not leave would name them.
        _tell(comment, by=viewer if comment.author_id is not None else None)
    else:
        CaseStats.objects.filter(pk=case.pk).update(last_position=F("last_position") + 1)
    if capsule is not None:
        subscribe_by_email(viewer=viewer, subject=case.pk, capsule=capsule, replies_to=comment.pk)
    return comment


def _signature(viewer: Viewer, case: Case, shown_as: str) -> dict[str, Any]:
    return authorship_fields(
        viewer=viewer,
        scope=case_scope(case.pk),
        shown_as=shown_as,
        urgent=case.urgency == Urgency.URGENT,
    )


def _alias(case: Case, tag: bytes, plain: str) -> str:
    """The alias of this tag in this case; a number tells two tags of one alias apart."""
    if case.pseudonym == tag:
        return case.byline
    others: dict[bytes, str] = {case.pseudonym: case.byline} if case.pseudonym else {}
    rows = Comment.objects.filter(case=case, pseudonym__isnull=False, byline__startswith=plain)
    others |= {
        row.pseudonym: row.byline for row in rows.only("pseudonym", "byline") if row.pseudonym
    }
    if tag in others:
        return others[tag]
    alike = sum(byline == plain or byline.startswith(f"{plain} ") for byline in others.values())
    return f"{plain} {alike + 1}" if alike else plain


def _count(stats: CaseStats, case: Case, comment: Comment) -> None:
    """Counters by F(), so that what others changed meanwhile stays; order from the locked row."""
    CaseStats.objects.filter(pk=case.pk).update(
        n_comments=F("n_comments") + 1,
        last_position=max(stats.last_position, comment.position),
        hot_score=hot_score(activity_score(stats.n_comments + 1, stats.n_answers), case.posted_at),
    )
    record_activity(stats, comment.posted_at)


def _tell(comment: Comment, *, by: Viewer | None) -> None:
    """Who follows learns that something was said; what and by whom stands in the case only."""
    case = comment.case
    kinds = {CommentKind.ANSWER: EventKind.ANSWER, CommentKind.UPDATE: EventKind.UPDATE}
    kind = kinds.get(CommentKind(comment.kind), EventKind.COMMENT)
    kind = EventKind.REPLY if comment.parent else kind
    event = NewEvent(
        subject=case.pk,
        kind=kind,
        path=case.get_absolute_url() if comment.hidden_until_answer else comment.get_absolute_url(),
        happened_at=comment.posted_at,
        comment_id=comment.pk,
        parent_comment_id=comment.parent_id,
        actor=author_identity(comment),
        addressee=author_identity(comment.parent or case),
    )
    notify(event, by=by)
