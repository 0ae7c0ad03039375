"""Everything that the page of one case shows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cases.imaging.presentation import Picture, covered_picture, picture_of
from cases.models import Case, Outcome, WaitingOutcome
from cases.policies import HIDDEN_WORDS, hides_answers_now, is_author, is_moderator, question_text
from cases.selectors.access import sees_answers
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
    """One case for one viewer. `outcome` is also None while it is hidden from the viewer."""

    case: Case
    question: str
    credential: str
    specialties: list[str]
    pictures: list[Picture]
    outcome: Outcome | None
    # The author's own outcome, before others see it.
    waiting_outcome: WaitingOutcome | None
    n_credited: int
    first_credited_url: str
    thread: Thread
    n_hidden_comments: int
    sees_answers: bool
    is_author: bool
    is_anonymous: bool
    hides_answers: bool
    is_following: bool
    is_bookmarked: bool
    can_solve: bool
    has_hidden_words: bool
    """Whether words of the case, outcome or captions are hidden after a report."""
    moderates: bool


def case_page(viewer: Viewer, case: Case, position: ThreadPosition) -> CasePage:
    """At most seven queries, however long the discussion. Needs the joins of `visible_case`."""
    is_own = is_author(viewer, case)
    sees_all = sees_answers(viewer, case)
    outcome = getattr(case, "outcome", None)
    visible_outcome = outcome if sees_all or is_own else None
    waiting = getattr(case, "waiting_outcome", None) if is_own else None
    credited = _credited(visible_outcome)
    follows = load_follows(viewer)
    pictures = case_pictures(case, includes_withheld=is_own or is_moderator(viewer))
    hides_comments = case.hides_answers and not sees_all
    comments = thread(viewer, case, position, sees_answers=sees_all, credited=set(credited))
    # Followed without an entry in the private state (cases.selectors.own_items).
    has_written = is_own or comments.has_own_anonymous
    return CasePage(
        case=case,
        question=question_text(case.preset, case.question),
        credential=credential_line_label(case),
        specialties=[specialties.name(slug) for slug in case.specialties],
        pictures=pictures,
        outcome=visible_outcome,
        waiting_outcome=waiting,
        n_credited=len(credited),
        first_credited_url=_first_url(case, credited),
        thread=comments,
        n_hidden_comments=count_hidden_until_answer(viewer, case) if hides_comments else 0,
        sees_answers=sees_all,
        is_author=is_own,
        is_anonymous=case.shown_as == ShownAs.ANONYMOUS,
        hides_answers=hides_answers_now(case),
        is_following=follows.is_following(case.pk)
        or (has_written and case.pk not in follows.muted),
        is_bookmarked=follows.is_bookmarked(case.pk),
        can_solve=is_own and outcome is None and waiting is None and case.appears_at is None,
        has_hidden_words=_has_hidden_words(case, visible_outcome, pictures),
        moderates=is_moderator(viewer),
    )


def _has_hidden_words(case: Case, outcome: Outcome | None, pictures: list[Picture]) -> bool:
    texts = [case.title, case.question, *case.tags, *(fact.text for fact in case.facts)]
    if outcome is not None:
        texts += [outcome.diagnosis, outcome.learning_point]
    texts += [text for picture in pictures for text in (picture.caption, picture.alt)]
    return any(HIDDEN_WORDS in text for text in texts)


def _first_url(case: Case, credited: dict[UUID, str]) -> str:
    """The address of the first credited comment; empty if there is none."""
    first = next(iter(credited.values()), "")
    return comment_url(case.get_absolute_url(), first) if first else ""


def case_pictures(case: Case, *, includes_withheld: bool = False) -> list[Picture]:
    """The pictures in the author's order; withheld ones only for the author and moderators.

    Where a picture is hidden after a report, the others get a picture without addresses.
    """
    if not case.stats.n_images:
        return []
    images = case.images.order_by("position", "id")
    if includes_withheld:
        return [picture_of(image) for image in images]
    return [
        picture_of(image) if image.is_shown else covered_picture(image)
        for image in images
        if image.renditions and (image.is_shown or image.is_covered)
    ]


def _credited(outcome: Outcome | None) -> dict[UUID, str]:
    """Key and public id of each credited comment, in the order of the discussion."""
    if outcome is None:
        return {}
    comments = outcome.credited_comments.filter(hidden_at__isnull=True).order_by("position")
    return dict(comments.values_list("pk", "public_id"))
