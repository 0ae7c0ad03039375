"""Rules of polls as plain functions."""

from __future__ import annotations

from django.utils import timezone

from cases.models import CaseStatus
from polls.models import Poll


def is_closed(poll: Poll) -> bool:
    """True if the poll is closed or hidden, or if its case is solved or hidden.

    A case study is not "solved": its poll stays open.
    """
    if poll.closed_at is not None or poll.hidden_at is not None:
        return True
    if poll.closes_at is not None and poll.closes_at <= timezone.now():
        return True
    case = poll.case
    return case is not None and (case.status == CaseStatus.SOLVED or case.hidden_at is not None)
