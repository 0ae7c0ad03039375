"""Everything the page of one case needs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cases.imaging.presentation import Picture, picture_of
from cases.models import Case, Outcome
from cases.policies import hides_answers_now, is_author, is_moderator
from cases.selectors.access import sees_answers
from cases.selectors.feed import question_of
from cases.selectors.thread import (
    Thread,
    ThreadPosition,
    comment_url,
    count_hidden_until_answer,
    thread,
)
from sermo.core import specialties
from sermo.members.credential_lines.labels import credential_line_label
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.notifications.selectors.follows import load_follows


@dataclass(frozen=True)
class CasePage:
    """One case for one viewer. `outcome` is None while it is sealed, too."""

    case: Case
    question: str
    credential: str
    specialties: list[str]
    pictures: list[Picture]
    outcome: Outcome | None
    n_credited: int
    first_credited: str
    thread: Thread
    n_sealed: int
    is_open: bool
    is_author: bool
    is_anonymous: bool
    is_sealing: bool
    is_following: bool
    is_bookmarked: bool
    can_solve: bool


def case_page(viewer: Viewer, case: Case, where: ThreadPosition) -> CasePage:
    """At most seven statements, however long the discussion; needs `visible_case`'s joins."""
    mine = is_author(viewer, case)
    is_open = sees_answers(viewer, case)
    outcome = getattr(case, "outcome", None)
    shown = outcome if is_open or mine else None
    credited = _credited(shown)
    follows = load_follows(viewer)
    return CasePage(
        case=case,
        question=question_of(case),
        credential=credential_line_label(case),
        specialties=[specialties.name(one) for one in case.specialties],
        pictures=case_pictures(case, sees_all=mine or is_moderator(viewer)),
        outcome=shown,
        n_credited=len(credited),
        first_credited=_first(case, credited),
        thread=thread(viewer, case, where, is_open=is_open, credited=set(credited)),
        n_sealed=0
        if is_open or not case.hides_answers
        else count_hidden_until_answer(viewer, case),
        is_open=is_open,
        is_author=mine,
        is_anonymous=case.shown_as == ShownAs.ANONYMOUS,
        is_sealing=hides_answers_now(case),
        is_following=follows.is_following(case.pk) or (mine and case.pk not in follows.muted),
        is_bookmarked=follows.is_bookmarked(case.pk),
        can_solve=mine and outcome is None,
    )


def _first(case: Case, credited: dict[UUID, str]) -> str:
    """Where the first credited comment is shown; empty where none was."""
    first = next(iter(credited.values()), "")
    return comment_url(case.get_absolute_url(), first) if first else ""


def case_pictures(case: Case, *, sees_all: bool = False) -> list[Picture]:
    """The finished pictures in the author's order; withheld ones for author and moderators only."""
    if not case.stats.n_images:
        return []
    images = case.images.order_by("position", "id")
    wanted = images if sees_all else images.shown()
    return [picture_of(image) for image in wanted if image.renditions or sees_all]


def _credited(outcome: Outcome | None) -> dict[UUID, str]:
    """Key and address of each credited comment, in the order they were made."""
    if outcome is None:
        return {}
    rows = outcome.credited_comments.filter(hidden_at__isnull=True).order_by("position")
    return dict(rows.values_list("pk", "public_id"))
