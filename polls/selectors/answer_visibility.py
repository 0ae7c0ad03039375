"""Whether a viewer sees the answers of a poll without having answered it."""

from __future__ import annotations

from cases.models import AnswerReveal, CaseStatus, Comment, CommentKind
from cases.policies import is_author
from cases.selectors import sees_answers
from polls.models import Poll, PollKind
from polls.policies import is_closed
from sermo.members.pseudonyms import answer_reveal_scope
from sermo.members.viewer import Viewer


def answers_are_revealed(viewer: Viewer, poll: Poll) -> bool:
    """True if the viewer sees the answers for another reason than an answer of their own.

    A diagnosis poll is revealed with its case. An opinion poll of a case is revealed to its author,
    to members who skipped the answer, and to all once the case is solved. A community poll is
    revealed when it is closed.
    """
    case = poll.case
    if case is None:
        return is_closed(poll)
    if poll.kind == PollKind.DIAGNOSIS:
        return sees_answers(viewer, case)
    if case.status == CaseStatus.SOLVED or is_author(viewer, case):
        return True
    pseudonym = viewer.pseudonym(answer_reveal_scope(case.pk))
    return AnswerReveal.objects.filter(case=case, pseudonym=pseudonym, skipped_answer=True).exists()


def count_updates(poll: Poll) -> int:
    """How many visible updates the case has; 0 for a community poll."""
    if poll.case_id is None:
        return 0
    updates = Comment.objects.filter(case_id=poll.case_id, kind=CommentKind.UPDATE)
    return updates.filter(appears_at__isnull=True, hidden_at__isnull=True).count()
