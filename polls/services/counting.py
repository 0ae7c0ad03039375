"""Answers begin to count: at their mark, or at once where there are no marks.

Until then an answer is one row of its own, and nothing else tells of it. What is due in a case is
counted in one transaction, in random order, with one change of its counters and one event.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from random import SystemRandom
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from cases.models import Case
from cases.policies import author_identity
from cases.services import count_answers
from polls.errors import NoOptionChosen
from polls.models import (
    MAX_RANKS,
    Answer,
    AnswerOption,
    AnswerRound,
    Poll,
    PollKind,
    RankedOption,
    WaitingAnswer,
)
from polls.services.concepts import add_diagnosis_option
from polls.services.decisive_tests import record_conditional_change
from polls.services.release import release_answers
from sermo.core.coarse import to_week
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify

log = logging.getLogger(__name__)

# Bands of the time until the first answer: an hour, a day, a week, a quarter of a year.
WAIT_BANDS = tuple(dt.timedelta(hours=hours) for hours in (1, 24, 24 * 7, 24 * 90))


@transaction.atomic
def count_due_answers(*, polls: Sequence[UUID], now: dt.datetime) -> int:
    """Count the answers to these polls, all of one case, whose mark has come. How many were.

    A second run finds nothing: each row is deleted in the transaction that counts it. A row that
    cannot be counted stays as it is, and the others are counted.
    """
    due = WaitingAnswer.objects.select_for_update(of=("self",)).filter(
        poll__in=polls, appears_at__lte=now
    )
    waiting = list(due.select_related("poll__case", "changes_to"))
    if not waiting:
        return 0
    SystemRandom().shuffle(waiting)
    with connection.cursor() as cursor:
        # A broken reference must fail at its own row and not at the end of the transaction.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    counted = [row for row in waiting if _try_to_store(row)]
    WaitingAnswer.objects.filter(pk__in=[row.pk for row in counted]).delete()
    _tell_of(counted)
    return len(counted)


def count_now(row: WaitingAnswer) -> None:
    """Count this answer, which is not stored, in the caller's transaction."""
    if _store(row):
        _tell_of([row])


def _try_to_store(row: WaitingAnswer) -> bool:
    try:
        with transaction.atomic():
            _store(row)
    except Exception as error:
        log.error("a waiting answer cannot be counted and was left: %s", type(error).__name__)
        return False
    return True


def _store(row: WaitingAnswer) -> bool:
    """Write the answer. False if a blind answer of this member is stored already.

    A blind answer never changes; a later one replaces the one before.
    """
    values = {
        "confidence": row.confidence,
        "specialty": row.specialty,
        "is_by_case_author": row.is_by_case_author,
        "record_weight_quarters": row.record_weight_quarters,
        "updates_seen": row.updates_seen,
    }
    key = {"poll": row.poll, "pseudonym": row.pseudonym, "round": row.round}
    if row.round == AnswerRound.LATER:
        answer, is_new = Answer.objects.update_or_create(**key, defaults=values)
        if not is_new:
            answer.ranked_options.all().delete()
    else:
        answer, is_new = Answer.objects.get_or_create(**key, defaults=values)
        if not is_new:
            return False
    _save_ranks(answer, _options(row))
    record_conditional_change(answer=answer, text=row.decisive_test, to_option=row.changes_to)
    return True


def _options(row: WaitingAnswer) -> list[UUID]:
    """Keys of the options best first, each once; the added diagnosis becomes an option now."""
    options = list(row.ranked)
    if row.added:
        # Hidden like the answers, so that it tells nobody what others think.
        added = add_diagnosis_option(poll=row.poll, label=row.added, hidden_until_answer=True)
        options.insert(row.added_at, added.pk)
    options = list(dict.fromkeys(options))
    if AnswerOption.objects.filter(poll=row.poll, pk__in=options).count() != len(options):
        raise NoOptionChosen
    return options[:MAX_RANKS] if row.poll.kind == PollKind.DIAGNOSIS else options


def _save_ranks(answer: Answer, options: Sequence[UUID]) -> None:
    """Rank 1 is the first choice. In an opinion poll each option has rank 1."""
    is_ranked = answer.poll.kind == PollKind.DIAGNOSIS
    RankedOption.objects.bulk_create(
        RankedOption(answer=answer, option_id=option, rank=rank if is_ranked else 1)
        for rank, option in enumerate(options, start=1)
    )


def _tell_of(rows: Sequence[WaitingAnswer]) -> None:
    """Change what tells of these answers, all to polls of one case or to one poll."""
    by_others = [row for row in rows if not row.is_by_case_author]
    for poll in {row.poll_id: row.poll for row in by_others}.values():
        _record_first_wait(poll)
        release_answers(poll=poll)
    case = by_others[0].poll.case if by_others else None
    if case is None:
        return
    told = [row for row in by_others if _is_told(row.poll, case)]
    n_blind = sum(row.round == AnswerRound.BLIND for row in told)
    if n_blind:
        count_answers(case=case, n=n_blind)
    if any(row.notifies_followers for row in told) and case.hidden_at is None:
        _notify_followers(case)


def _is_told(poll: Poll, case: Case) -> bool:
    """A case tells of answers to its diagnosis poll; to its opinion poll if it has no other."""
    return poll.kind == PollKind.DIAGNOSIS or not case.hides_answers


def _record_first_wait(poll: Poll) -> None:
    """Store on the poll, in bands, how long it waited until its first answer counted.

    An answer itself stores no time: the time could be compared with the minutes of what the member
    posts under a name in the same session. The stored wait is never shortened.
    """
    if poll.first_answer_within is None:
        band = wait_band(timezone.now() - poll.opened_at)
        Poll.objects.filter(pk=poll.pk, first_answer_within=None).update(first_answer_within=band)


def wait_band(waited: dt.timedelta) -> dt.timedelta:
    """The upper end of the band in which the wait lies. The last band has no upper limit."""
    return next((band for band in WAIT_BANDS if waited <= band), WAIT_BANDS[-1])


def _notify_followers(case: Case) -> None:
    event = NewEvent(
        subject=case.pk,
        kind=EventKind.ANSWER,
        path=case.get_absolute_url(),
        # The week only: a day could be compared with what the member posted under a name that day.
        happened_at=to_week(timezone.now()),
        addressee=author_identity(case),
    )
    # By nobody: the one subscription that is left out would say who has answered.
    notify(event)
