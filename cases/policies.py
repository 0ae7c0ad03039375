"""Rules of cases as plain functions without queries that write."""

from __future__ import annotations

import datetime as dt
import hmac
import math

from cases.models import (
    Case,
    CaseStatus,
    Comment,
    Draft,
    Image,
    ImageState,
    ModerationStatus,
    PresetQuestion,
)
from sermo.members.models import CommunityRole
from sermo.members.pseudonyms import case_scope, draft_scope
from sermo.members.viewer import Viewer

# Stands in a text where words are hidden after a report.
HIDDEN_WORDS = "[hidden after a report]"
_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_HOURS_FOR_TENFOLD = 12


def hot_score(score: int, at: dt.datetime) -> float:
    """The sort value of the "hot" feed: a score ten times higher is worth twelve hours."""
    hours = (at - _EPOCH).total_seconds() / 3600
    return math.log10(max(score, 1)) + hours / _HOURS_FOR_TENFOLD


def activity_score(n_comments: int, n_answers: int) -> int:
    """The activity that `hot_score` rates. An answer counts twice."""
    return n_comments + 2 * n_answers


def question_text(preset: str, own_words: str) -> str:
    """The preset question in words, or the author's own words."""
    if preset == PresetQuestion.OWN or preset not in PresetQuestion.values:
        return own_words
    return str(PresetQuestion(preset).label)


def is_author(viewer: Viewer, post: Case | Comment) -> bool:
    """Whether the viewer wrote the post, under a name or anonymously."""
    if post.author_id is not None:
        return bool(post.author_id == viewer.member.pk)
    case_id = post.case_id if isinstance(post, Comment) else post.pk
    return hmac.compare_digest(post.pseudonym or b"", viewer.pseudonym(case_scope(case_id)))


def author_identity(post: Case | Comment) -> bytes:
    """The identity that a post shows: the member's key or the pseudonym in the case; 16 bytes."""
    return post.author_id.bytes if post.author_id is not None else (post.pseudonym or b"")


def is_moderator(viewer: Viewer) -> bool:
    return viewer.member.role in {CommunityRole.MODERATOR, CommunityRole.ADMIN}


def is_draft_owner(viewer: Viewer, draft: Draft) -> bool:
    """Whether the draft is the viewer's. Only its author can compute the pseudonym."""
    return hmac.compare_digest(draft.owner_pseudonym, viewer.pseudonym(draft_scope(draft.pk)))


def can_see_case(viewer: Viewer, case: Case) -> bool:
    """Authors and moderators also see a case that is hidden or not yet visible to others."""
    if case.hidden_at is None and case.appears_at is None:
        return True
    return is_author(viewer, case) or is_moderator(viewer)


def can_see_image(viewer: Viewer, image: Image) -> bool:
    """Whether the viewer may load a picture of a published case or of a draft.

    Authors and moderators also see the withheld pictures of a case. Of a draft, moderators see
    only pictures that wait for their decision.
    """
    if image.draft is not None:
        return _can_see_draft_image(viewer, image, image.draft)
    case = image.case
    if case is None or not can_see_case(viewer, case):
        return False
    return image.is_shown or is_author(viewer, case) or is_moderator(viewer)


def _can_see_draft_image(viewer: Viewer, image: Image, draft: Draft) -> bool:
    is_queued = image.moderation_status == ModerationStatus.WAITING
    return (is_queued and is_moderator(viewer)) or is_draft_owner(viewer, draft)


def can_retry(image: Image) -> bool:
    """Whether processing can be tried again: it failed on our side and the file is still there."""
    return bool(image.state == ImageState.REFUSED and (image.working or image.original))


def hides_answers_now(case: Case) -> bool:
    """Whether answers are hidden until the reader answers: until an outcome solves the case."""
    return case.hides_answers and case.status != CaseStatus.SOLVED


def is_own_image(viewer: Viewer, image: Image) -> bool:
    """Whether the viewer uploaded the picture, of a draft or of a published case."""
    if image.draft is not None:
        return is_draft_owner(viewer, image.draft)
    return image.case is not None and is_author(viewer, image.case)
