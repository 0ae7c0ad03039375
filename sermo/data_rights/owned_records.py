"""What a member has said, under the handle and as tags; found with their secret, by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from cases.models import AnswerReveal, Case, Comment, Draft, HelpfulMark
from polls.models import Answer
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

AT_ONCE = 2000
SHELVES = ("follows", "drafts", "acts", "quizzes")
Scope = Callable[[UUID], str]


def anonymous_cases(viewer: Viewer) -> list[UUID]:
    return _tagged(viewer, Case.objects.filter(author__isnull=True), "pk", "pseudonym", case_scope)


def anonymous_comments(viewer: Viewer) -> list[UUID]:
    rows = Comment.objects.filter(author__isnull=True)
    return _tagged(viewer, rows, "case_id", "pseudonym", case_scope)


def ballots(viewer: Viewer) -> list[UUID]:
    return _tagged(viewer, Answer.objects.all(), "poll_id", "pseudonym", poll_scope)


def openings(viewer: Viewer) -> list[UUID]:
    return _tagged(viewer, AnswerReveal.objects.all(), "case_id", "pseudonym", answer_reveal_scope)


def helpfuls(viewer: Viewer) -> list[Any]:
    return _tagged(viewer, HelpfulMark.objects.all(), "comment_id", "pseudonym", helpful_scope)


def reports(viewer: Viewer) -> list[UUID]:
    return _tagged(viewer, Report.objects.all(), "target_id", "reporter", report_scope)


def drafts(viewer: Viewer) -> list[UUID]:
    return _tagged(viewer, Draft.objects.all(), "pk", "owner_pseudonym", draft_scope)


def watches(viewer: Viewer) -> list[UUID]:
    """Wishes for mail: their key is the tag."""
    return [
        row.pk
        for row in EmailSubscription.objects.only("pk", "subject", "replies_to").iterator(AT_ONCE)
        if row.pk == subscription_id(viewer, row.replies_to or row.subject)
    ]


def shelves(viewer: Viewer) -> dict[str, Any]:
    return {name: private_state.load_section(viewer, name) for name in SHELVES}


def _tagged(
    viewer: Viewer, rows: QuerySet[Any], scoped_by: str, tag: str, scope: Scope
) -> list[Any]:
    """Keys of the rows whose tag is the viewer's in that scope; one pass over the table."""
    return [
        key
        for key, about, held in _triples(rows, scoped_by, tag)
        if bytes(held or b"") == viewer.pseudonym(scope(about))
    ]


def _triples(
    rows: QuerySet[Model], scoped_by: str, tag: str
) -> Iterator[tuple[Any, UUID, bytes | None]]:
    values = rows.order_by().values_list("pk", scoped_by, tag)
    yield from values.iterator(AT_ONCE)
