"""Warnings that an option or a test is risky."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from cases.models import CommentKind
from cases.services import NewComment, add_comment
from polls.errors import UnknownOption
from polls.models import AnswerOption, DecisiveTest, RiskFlag
from sermo.members.viewer import Viewer


@transaction.atomic
def flag_risk(
    *,
    viewer: Viewer,
    target: AnswerOption | DecisiveTest,
    text: str,
    shown_as: str,
    idempotency_key: UUID,
) -> RiskFlag:
    """Flag the target as risky, with a comment that is hidden until answer, as answers are.

    The same key sent twice returns the first flag. A target that belongs to no case is refused with
    `UnknownOption`; otherwise the rules of `add_comment` apply.
    """
    case = target.poll.case
    if case is None:
        raise UnknownOption
    warning = NewComment(
        text=text, shown_as=shown_as, kind=CommentKind.RISK, hidden_until_answer=True
    )
    comment = add_comment(
        viewer=viewer, case=case, comment=warning, idempotency_key=idempotency_key
    )
    field = "option" if isinstance(target, AnswerOption) else "decisive_test"
    flag, _ = RiskFlag.objects.get_or_create(comment=comment, defaults={field: target})
    return flag
