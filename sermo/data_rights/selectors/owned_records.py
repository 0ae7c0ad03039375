"""A member's rows under pseudonyms. Only the member secret finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from cases.models import AnswerReveal, Case, Comment, Draft, HelpfulMark
from polls.models import Answer, WaitingAnswer
from polls.selectors.quiz_answers import quiz_answers as find_quiz_answers
from sermo.members.pseudonyms import (
    answer_reveal_scope,
    case_scope,
    draft_scope,
    helpful_scope,
    poll_scope,
    report_scope,
)
from sermo.members.viewer import Viewer, private_state
from sermo.moderation.models import Report
from sermo.notifications.models import EmailSubscription
from sermo.notifications.selectors.subscriptions import subscription_id

BATCH_SIZE = 2000
Scope = Callable[[UUID], str]


def anonymous_cases(viewer: Viewer) -> list[UUID]:
    """Primary keys of the cases the member published anonymously."""
    return _with_pseudonym(
        viewer, Case.objects.filter(author__isnull=True), "pk", "pseudonym", case_scope
    )


def anonymous_comments(viewer: Viewer) -> list[UUID]:
    """Primary keys of the comments the member posted anonymously."""
    rows = Comment.objects.filter(author__isnull=True)
    return _with_pseudonym(viewer, rows, "case_id", "pseudonym", case_scope)


def answers(viewer: Viewer) -> list[UUID]:
    """Primary keys of the member's answers to polls."""
    return _with_pseudonym(viewer, Answer.objects.all(), "poll_id", "pseudonym", poll_scope)


def waiting_answers(viewer: Viewer) -> list[UUID]:
    """Primary keys of the member's answers that do not count yet."""
    return _with_pseudonym(viewer, WaitingAnswer.objects.all(), "poll_id", "pseudonym", poll_scope)


def answer_reveals(viewer: Viewer) -> list[UUID]:
    """Primary keys of the records that the member may see the answers of a case."""
    return _with_pseudonym(
        viewer, AnswerReveal.objects.all(), "case_id", "pseudonym", answer_reveal_scope
    )


def helpful_marks(viewer: Viewer) -> list[Any]:
    """Primary keys of the member's marks on comments."""
    return _with_pseudonym(
        viewer, HelpfulMark.objects.all(), "comment_id", "pseudonym", helpful_scope
    )


def reports(viewer: Viewer) -> list[UUID]:
    """Primary keys of the member's reports."""
    return _with_pseudonym(viewer, Report.objects.all(), "target_id", "reporter", report_scope)


def drafts(viewer: Viewer) -> list[UUID]:
    """Primary keys of the member's drafts."""
    return _with_pseudonym(viewer, Draft.objects.all(), "pk", "owner_pseudonym", draft_scope)


def quiz_answers(viewer: Viewer) -> dict[UUID, tuple[list[UUID], int | None]]:
    """The member's quiz answers by case: concepts best first, and the confidence."""
    found: dict[UUID, tuple[list[UUID], int | None]] = {}
    keys = list(Case.objects.order_by().values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH_SIZE):
        found |= find_quiz_answers(viewer, keys[start : start + BATCH_SIZE])
    return found


def email_subscriptions(viewer: Viewer) -> list[UUID]:
    """Requests for e-mail; their primary key is derived from a pseudonym."""
    return [
        row.pk
        for row in EmailSubscription.objects.only("pk", "subject", "replies_to").iterator(
            BATCH_SIZE
        )
        if row.pk == subscription_id(viewer, row.replies_to or row.subject)
    ]


def private_sections(viewer: Viewer) -> dict[str, Any]:
    """The member's private state, by section."""
    sections = private_state.SECTIONS + private_state.EARLIER_SECTIONS
    return {name: private_state.load_section(viewer, name) for name in sections}


def _with_pseudonym(
    viewer: Viewer, rows: QuerySet[Any], scoped_by: str, column: str, scope: Scope
) -> list[Any]:
    """Keys of the rows whose `column` is the viewer's pseudonym in the scope of `scoped_by`.

    It reads the whole table: no index can find a row without its scope.
    """
    return [
        key
        for key, scope_id, stored in _iterate(rows, scoped_by, column)
        if bytes(stored or b"") == viewer.pseudonym(scope(scope_id))
    ]


def _iterate(
    rows: QuerySet[Model], scoped_by: str, column: str
) -> Iterator[tuple[Any, UUID, bytes | None]]:
    values = rows.order_by().values_list("pk", scoped_by, column)
    yield from values.iterator(BATCH_SIZE)
