"""Releasing answers to lists and breakdowns, in steps of several."""

from __future__ import annotations

from collections import Counter

from django.db import transaction

from polls.models import Poll, ReleasedAnswers
from polls.selectors.released_answers import (
    RELEASE_STEP,
    countable_answers,
    members_to_release,
    released_rows,
)


@transaction.atomic
def release_answers(*, poll: Poll) -> bool:
    """Replace the copy if a step of answers came since the last. Whether it was replaced.

    A step is `RELEASE_STEP` answers of one round, which are of as many members. To be called
    whenever answers begin to count. Of two calls at once, the later waits for the first and then
    finds nothing to do. Two queries while no step is due.
    """
    if not _is_due(poll):
        return False
    ReleasedAnswers.objects.bulk_create([ReleasedAnswers(poll=poll)], ignore_conflicts=True)
    released = ReleasedAnswers.objects.select_for_update().get(poll=poll)
    if not _is_due(poll):
        return False
    released.members = members_to_release(poll, countable_answers(poll))
    released.save(update_fields=["members"])
    return True


def _is_due(poll: Poll) -> bool:
    stored = Poll.objects.select_related("released").get(pk=poll.pk)
    n_released = Counter(row.round for row in released_rows(stored))
    n_answers = Counter(answer.round for answer in countable_answers(poll))
    return any(n - n_released[round_] >= RELEASE_STEP for round_, n in n_answers.items())
