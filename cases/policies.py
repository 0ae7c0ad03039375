"""Rules of cases as plain functions."""

from __future__ import annotations

import datetime as dt
import hmac
import math

from cases.models import Case, CaseStatus, Comment, Image
from sermo.members.models import CommunityRole
from sermo.members.pseudonyms import case_scope
from sermo.members.viewer import Viewer

_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_HOURS_FOR_TENFOLD = 12


def hot_score(score: int, at: dt.datetime) -> float:
    """Order of the "hot" feed: ten times the score is worth twelve hours. Needs no decay job."""
    hours = (at - _EPOCH).total_seconds() / 3600
    return math.log10(max(score, 1)) + hours / _HOURS_FOR_TENFOLD


def activity_score(n_comments: int, n_answers: int) -> int:
    """What makes a case hot: an answer counts twice."""
    return n_comments + 2 * n_answers


def is_author(viewer: Viewer, item: Case | Comment) -> bool:
    """Whether this was said by the viewer, under a name or as the tag of its case."""
    if item.author_id is not None:
        return bool(item.author_id == viewer.member.pk)
    case_id = item.case_id if isinstance(item, Comment) else item.pk
    return hmac.compare_digest(item.pseudonym or b"", viewer.pseudonym(case_scope(case_id)))


def author_identity(item: Case | Comment) -> bytes:
    """The identity an item carries: the member's key, or the tag of its case; 16 bytes."""
    return item.author_id.bytes if item.author_id is not None else (item.pseudonym or b"")


def can_see_case(viewer: Viewer, case: Case) -> bool:
    """A case that waits or is hidden stays visible to its author and to moderators."""
    if case.hidden_at is None and case.appears_at is None:
        return True
    return is_author(viewer, case) or is_moderator(viewer)


def is_moderator(viewer: Viewer) -> bool:
    return viewer.member.role in {CommunityRole.MODERATOR, CommunityRole.ADMIN}


def can_see_image(viewer: Viewer, image: Image) -> bool:
    """Of a published case: withheld pictures stay visible to its author and to moderators."""
    case = image.case
    if case is None or not can_see_case(viewer, case):
        return False
    return image.is_shown or is_author(viewer, case) or is_moderator(viewer)


def hides_answers_now(case: Case) -> bool:
    """Whether diagnoses are sealed now: a diagnosis poll runs, and no outcome has ended it."""
    return case.hides_answers and case.status != CaseStatus.SOLVED
