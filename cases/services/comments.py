"""Comments, replies and updates.

Counters change in the same transaction (docs/design/performance.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F

from cases.errors import (
    CaseNotVisible,
    CaseNotYetVisible,
    CommentNotVisible,
    CommentOnOtherCase,
    DiscussionClosed,
    NestedReply,
    NotCaseAuthor,
    OwnComment,
    TooManyComments,
)
from cases.models import Case, CaseStats, Comment, CommentKind, HelpfulMark, Urgency
from cases.policies import activity_score, author_identity, hot_score, is_author
from cases.selectors.own_items import free_comment_key
from cases.services.activity import record_activity
from sermo.core.errors import SentBefore
from sermo.core.quotas import COMMENTS, HELPFUL_MARKS, QuotaReached
from sermo.members import pseudonyms
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope, helpful_scope
from sermo.members.services import authorship_fields, spend_quota, write_author_capsule
from sermo.members.viewer import Viewer
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify, subscribe_by_email

# Each fails only if the same member posts another anonymous comment at the same moment.
MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class NewComment:
    """What the writer of a comment has chosen. `shown_as` is a value of `ShownAs`."""

    text: str
    shown_as: str
    kind: str = CommentKind.COMMENT
    hidden_until_answer: bool = False
    parent: Comment | None = None
    quoted: Comment | None = None

    @property
    def references(self) -> list[Comment]:
        """The comments it replies to or quotes."""
        return [comment for comment in (self.parent, self.quoted) if comment is not None]


def add_comment(
    *, viewer: Viewer, case: Case, comment: NewComment, idempotency_key: UUID
) -> Comment:
    """Post a comment. A second call with the same idempotency key returns the first comment.

    With other words it raises `SentBefore`: the writer went back and wrote something else.

    A reply to, or a quote of, a comment that is hidden until the reader answers is hidden too.
    Two anonymous comments sent at once by one member compute the same key; the second is tried
    again. Raises `DiscussionClosed`, `CaseNotVisible`, `CaseNotYetVisible`, `NestedReply`,
    `CommentOnOtherCase`, `CommentNotVisible`, `QuotaReached`, `TooManyComments` and
    `RealNameUnavailable`.
    """
    _check(case, comment)
    try:
        is_anonymous = comment.shown_as == ShownAs.ANONYMOUS
        spend_quota(viewer=viewer, quota=COMMENTS, anonymous=is_anonymous)
    except QuotaReached:
        posted = _sent_before(viewer, case, comment, idempotency_key)
        if posted is None:
            raise
        return posted
    if any(other.hidden_until_answer for other in comment.references):
        comment = replace(comment, hidden_until_answer=True)
    for _attempt in range(MAX_ATTEMPTS):
        try:
            with transaction.atomic():
                return _create(viewer, case, comment, idempotency_key)
        except IntegrityError:
            posted = _sent_before(viewer, case, comment, idempotency_key)
        if posted is not None:
            return posted
    raise TooManyComments


def _sent_before(viewer: Viewer, case: Case, comment: NewComment, key: UUID) -> Comment | None:
    """The comment that was sent with this key. Raises `SentBefore` if it is not this one."""
    posted = Comment.objects.filter(idempotency_key=key, case=case).first()
    if posted is not None and (posted.text != comment.text or not is_author(viewer, posted)):
        raise SentBefore
    return posted


def add_update(*, viewer: Viewer, case: Case, text: str, idempotency_key: UUID) -> Comment:
    """Post an update by the author, under the identity of the case.

    Raises `NotCaseAuthor`, `DiscussionClosed`, `CaseNotVisible`, `CaseNotYetVisible`,
    `NestedReply`, `CommentOnOtherCase`, `CommentNotVisible`, `QuotaReached`, `TooManyComments`,
    `SentBefore` and `RealNameUnavailable`.
    """
    if not is_author(viewer, case):
        raise NotCaseAuthor
    update = NewComment(text=text, shown_as=case.shown_as, kind=CommentKind.UPDATE)
    return add_comment(viewer=viewer, case=case, comment=update, idempotency_key=idempotency_key)


@transaction.atomic
def set_helpful(*, viewer: Viewer, comment: Comment, on: bool) -> int:
    """Set or remove the viewer's helpful mark and return the count.

    Raises `OwnComment` and `QuotaReached`.
    """
    if is_author(viewer, comment):
        raise OwnComment
    spend_quota(viewer=viewer, quota=HELPFUL_MARKS)
    pseudonym = viewer.pseudonym(helpful_scope(comment.pk))
    locked = Comment.objects.select_for_update().only("n_helpful").get(pk=comment.pk)
    mark = HelpfulMark.objects.filter(comment=comment, pseudonym=pseudonym)
    if on and not mark.exists():
        HelpfulMark.objects.create(comment=comment, pseudonym=pseudonym)
        change = 1
    elif not on and mark.delete()[0]:
        change = -1
    else:
        return locked.n_helpful
    Comment.objects.filter(pk=comment.pk).update(n_helpful=F("n_helpful") + change)
    return locked.n_helpful + change


def _check(case: Case, comment: NewComment) -> None:
    if case.closed_to_comments_at is not None:
        raise DiscussionClosed
    if case.hidden_at is not None:
        raise CaseNotVisible
    if case.appears_at is not None:
        raise CaseNotYetVisible
    if any(other.case_id != case.pk for other in comment.references):
        raise CommentOnOtherCase
    if any(other.appears_at is not None for other in comment.references):
        raise CommentNotVisible
    if comment.parent is not None and comment.parent.parent_id is not None:
        raise NestedReply


def _create(viewer: Viewer, case: Case, new: NewComment, idempotency_key: UUID) -> Comment:
    """Store the comment. One that waits is stored only; `appear_in_thread` does the rest later."""
    authorship = _authorship(viewer, case, new.shown_as)
    contact_email = authorship.pop("encrypted_contact_email")
    is_anonymous = new.shown_as == ShownAs.ANONYMOUS
    comment = Comment(
        id=free_comment_key(viewer) if is_anonymous else uuid4(),
        case=case,
        text=new.text,
        kind=new.kind,
        hidden_until_answer=new.hidden_until_answer,
        parent=new.parent,
        quoted=new.quoted,
        idempotency_key=idempotency_key,
        **authorship,
    )
    comment.by_case_author = author_identity(comment) == author_identity(case)
    if comment.author_id is None:
        write_author_capsule(viewer=viewer, post_id=comment.pk)
    if comment.appears_at is not None:
        comment.save(force_insert=True)
        return comment
    appear_in_thread(comment, by=viewer if not is_anonymous else None)
    if contact_email is not None:
        subscribe_by_email(
            viewer=viewer, subject=case.pk, capsule=contact_email, replies_to=comment.pk
        )
    return comment


def appear_in_thread(comment: Comment, *, by: Viewer | None) -> None:
    """Give the comment its place in the discussion, count it and notify the followers.

    In the caller's transaction. The lock of the stats row gives two comments different positions.
    `by` is None for an anonymous comment: its author, if subscribed by email, gets this email too.
    If it were left out, the missing email would name the author.
    """
    stats = CaseStats.objects.select_for_update().get(pk=comment.case_id)
    comment.position = stats.last_position + 1
    if comment.author_id is None:
        comment.byline = _numbered_byline(comment)
    comment.save()
    if comment.hidden_at is not None:  # hidden while it waited: it takes its place, no more
        CaseStats.objects.filter(pk=stats.pk).update(last_position=comment.position)
        return
    _count(stats, comment)
    _notify(comment, by=by)


def _authorship(viewer: Viewer, case: Case, shown_as: str) -> dict[str, Any]:
    return authorship_fields(
        viewer=viewer,
        scope=case_scope(case.pk),
        shown_as=shown_as,
        urgent=case.urgency == Urgency.URGENT,
    )


def _numbered_byline(comment: Comment) -> str:
    """The anonymous name of this pseudonym in the case, with a number if the name is taken.

    Comments that still wait take no number, so that no number tells of them.
    """
    case, pseudonym = comment.case, comment.pseudonym or b""
    if case.pseudonym == pseudonym:
        return case.byline
    name = pseudonyms.anonymous_name(pseudonym)
    bylines: dict[bytes, str] = {case.pseudonym: case.byline} if case.pseudonym else {}
    rows = Comment.objects.filter(
        case=case, pseudonym__isnull=False, appears_at__isnull=True, byline__startswith=name
    )
    bylines |= {
        row.pseudonym: row.byline for row in rows.only("pseudonym", "byline") if row.pseudonym
    }
    if pseudonym in bylines:
        return bylines[pseudonym]
    taken = sum(byline == name or byline.startswith(f"{name} ") for byline in bylines.values())
    return f"{name} {taken + 1}" if taken else name


def _count(stats: CaseStats, comment: Comment) -> None:
    """Update the counters. The caller holds the lock of the stats row."""
    activity = activity_score(stats.n_comments + 1, stats.n_answers)
    CaseStats.objects.filter(pk=stats.pk).update(
        n_comments=F("n_comments") + 1,
        last_position=comment.position,
        hot_score=hot_score(activity, comment.case.posted_at),
    )
    record_activity(stats, comment.posted_at)


def _notify(comment: Comment, *, by: Viewer | None) -> None:
    """Notify the followers. The notification holds neither the text nor the author."""
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
