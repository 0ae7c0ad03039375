"""Whether somebody may see, or has been able to see, what others answered."""

from __future__ import annotations

from cases.models import AnswerReveal, CaseStatus, Comment, CommentKind
from cases.policies import is_author
from cases.selectors import sees_answers
from polls.models import Poll, PollKind
from polls.policies import is_closed
from sermo.members.pseudonyms import answer_reveal_scope
from sermo.members.viewer import Viewer


def has_seen_others(viewer: Viewer, poll: Poll) -> bool:
    """Whether this poll stands open to the viewer without a ballot of their own in it.

    A diagnosis poll is open with its case. An opinion poll of a case is open to its author, to
    who chose to just read, and once the case is solved.
    """
    case = poll.case
    if case is None:
        return is_closed(poll)
    if poll.kind == PollKind.DIAGNOSIS:
        return sees_answers(viewer, case)
    if case.status == CaseStatus.SOLVED or is_author(viewer, case):
        return True
    tag = viewer.pseudonym(answer_reveal_scope(case.pk))
    return AnswerReveal.objects.filter(case=case, pseudonym=tag, skipped_answer=True).exists()


def updates_of(poll: Poll) -> int:
    """How many updates the case has now; a community poll has none."""
    if poll.case_id is None:
        return 0
    updates = Comment.objects.filter(case_id=poll.case_id, kind=CommentKind.UPDATE)
    return updates.filter(appears_at__isnull=True, hidden_at__isnull=True).count()
