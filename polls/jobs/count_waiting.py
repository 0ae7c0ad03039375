"""Count the answers whose mark has come."""

from __future__ import annotations

import logging
from collections import defaultdict
from random import SystemRandom
from uuid import UUID

from django.utils import timezone

from polls.models import WaitingAnswer
from polls.services.counting import count_due_answers

log = logging.getLogger(__name__)


def count_waiting() -> int:
    """Count all that is due, cases in random order, each in its own transaction. How many were.

    One case that cannot be counted is left for the next run, and the others are counted.
    """
    now, counted = timezone.now(), 0
    due = WaitingAnswer.objects.filter(appears_at__lte=now).order_by()
    polls: dict[UUID, list[UUID]] = defaultdict(list)
    for poll, case in due.values_list("poll_id", "poll__case_id").distinct():
        polls[case or poll].append(poll)
    groups = list(polls.values())
    SystemRandom().shuffle(groups)
    for group in groups:
        try:
            counted += count_due_answers(polls=group, now=now)
        except Exception as error:
            log.error("waiting answers of a case were left: %s", type(error).__name__)
    return counted
