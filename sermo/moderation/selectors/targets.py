"""What can be reported: cases, comments, pictures and community polls."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from cases.models import Case, Comment, Image
from cases.selectors import sees_answers
from polls.models import Poll
from sermo.members.models import AuthorCapsule
from sermo.members.pseudonyms import case_scope
from sermo.members.viewer import Viewer
from sermo.moderation.models import TargetKind

# Has an author who can be suspended or notified. A picture belongs to the author of its case.
AuthoredPost = Case | Comment
ReportTarget = AuthoredPost | Image | Poll


def get_target(kind: str, public_id: str) -> ReportTarget:
    """The target, hidden or not. Raises `Http404` if there is none with this kind and id."""
    target: ReportTarget | None = None
    if kind == TargetKind.CASE:
        target = Case.objects.filter(public_id=public_id).first()
    elif kind == TargetKind.COMMENT:
        target = Comment.objects.select_related("case").filter(public_id=public_id).first()
    elif kind == TargetKind.PICTURE:
        published = Image.objects.filter(case__isnull=False).select_related("case")
        target = published.filter(public_id=public_id).first()
    elif kind == TargetKind.POLL:
        target = Poll.objects.filter(case__isnull=True, public_id=public_id).first()
    if target is None:
        raise Http404
    return target


def get_visible_target(viewer: Viewer, kind: str, public_id: str) -> ReportTarget:
    """The target, also a picture that is hidden after a report.

    Raises `Http404` if this member cannot have read it.
    """
    target = get_target(kind, public_id)
    case = case_of(target)
    is_out = case is not None and (case.hidden_at or case.appears_at)
    if is_out or target.hidden_at or getattr(target, "appears_at", None):
        raise Http404
    if isinstance(target, Image) and not (target.is_shown or target.is_covered):
        raise Http404
    is_for_answerers = isinstance(target, Comment) and target.hidden_until_answer
    if is_for_answerers and case is not None and not sees_answers(viewer, case):
        raise Http404
    return target


def case_of(target: ReportTarget) -> Case | None:
    """The case that the target is or belongs to; None for a community poll."""
    if isinstance(target, Case):
        return target
    return None if isinstance(target, Poll) else target.case


def authored_post(target: ReportTarget) -> AuthoredPost | None:
    """The post whose author is responsible; None for a community poll."""
    return target if isinstance(target, Case | Comment) else case_of(target)


def is_own_post(viewer: Viewer, item: ReportTarget) -> bool:
    """Whether the viewer wrote it, also anonymously. A picture belongs to its case's author."""
    post = authored_post(item)
    if post is None:
        return isinstance(item, Poll) and item.asked_by_id == viewer.member.pk
    case = case_of(post)
    own_pseudonym = viewer.pseudonym(case_scope(case.pk)) if case else b""
    return bool(post.author_id == viewer.member.pk or post.pseudonym == own_pseudonym)


def is_author_stored(post: AuthoredPost) -> bool:
    """Whether the author of the post can be suspended: a name, or a capsule that is not too old."""
    return post.author_id is not None or AuthorCapsule.objects.filter(pk=post.pk).exists()


def target_kind(target: ReportTarget) -> TargetKind:
    """The kind of the target, as stored in a report."""
    kinds = {
        Case: TargetKind.CASE,
        Comment: TargetKind.COMMENT,
        Image: TargetKind.PICTURE,
        Poll: TargetKind.POLL,
    }
    return kinds[type(target)]


def posts_by_id(pairs: set[tuple[str, UUID]]) -> dict[UUID, AuthoredPost]:
    """The cases and comments of these (kind, id) pairs by id, in two statements."""
    cases = Case.objects.filter(pk__in=_keys(pairs, TargetKind.CASE))
    comments = Comment.objects.filter(pk__in=_keys(pairs, TargetKind.COMMENT)).select_related(
        "case"
    )
    posts: list[AuthoredPost] = [*cases, *comments]
    return {post.pk: post for post in posts}


def targets_by_id(pairs: set[tuple[str, UUID]]) -> dict[UUID, ReportTarget]:
    """Like `posts_by_id`, with pictures and community polls; at most four statements."""
    targets: dict[UUID, ReportTarget] = dict(posts_by_id(pairs))
    if pictures := _keys(pairs, TargetKind.PICTURE):
        targets |= {
            row.pk: row for row in Image.objects.filter(pk__in=pictures).select_related("case")
        }
    if polls := _keys(pairs, TargetKind.POLL):
        targets |= {row.pk: row for row in Poll.objects.filter(pk__in=polls)}
    return targets


def _keys(pairs: set[tuple[str, UUID]], wanted: TargetKind) -> list[UUID]:
    return [pk for kind, pk in pairs if kind == wanted]
