"""Submitting an answer: blind first, later answers apart from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case
from cases.policies import author_identity, is_author
from cases.services import count_answer, reveal_answers
from polls.errors import (
    AnswerAlreadyChanged,
    NoOptionChosen,
    PollClosed,
    SingleChoiceOnly,
    UnknownOption,
)
from polls.models import (
    MAX_RANKS,
    Answer,
    AnswerOption,
    AnswerRound,
    Poll,
    PollKind,
    RankedOption,
)
from polls.policies import is_closed
from polls.selectors.answer_visibility import answers_are_revealed, count_updates
from polls.selectors.track_record import record_weight_quarters
from polls.services.concepts import add_diagnosis_option
from polls.services.decisive_tests import record_conditional_change
from sermo.core.coarse import to_week
from sermo.core.quotas import ANSWERS
from sermo.members.pseudonyms import poll_scope
from sermo.members.services import count_shown_line, spend_quota
from sermo.members.viewer import Viewer
from sermo.notifications.models import EventKind
from sermo.notifications.services import NewEvent, notify

# A weight of 1, in quarters.
NEUTRAL_WEIGHT_QUARTERS = 4
# Bands of the time until the first answer: an hour, a day, a week, a quarter of a year.
WAIT_BANDS = tuple(dt.timedelta(hours=hours) for hours in (1, 24, 24 * 7, 24 * 90))


@dataclass(frozen=True)
class AnswerInput:
    """An answer as the member gives it.

    `ranked` are options of the poll, best first. `added` is a diagnosis that is no option yet;
    it is inserted at index `added_at` (0 is first). `confidence` is 1 to 5, or None.
    `decisive_test` is a test that would change the answer, `changes_to` the option it would become.
    """

    ranked: Sequence[AnswerOption]
    added: str = ""
    added_at: int = 0
    confidence: int | None = None
    decisive_test: str = ""
    changes_to: AnswerOption | None = None


@transaction.atomic
def submit_answer(
    *,
    viewer: Viewer,
    poll: Poll,
    answer: AnswerInput,
    is_change: bool = False,
    notifies_followers: bool = True,
) -> None:
    """Store the answer: blind if the viewer has seen no other answer, else as a later answer.

    A blind answer never changes. Without `is_change` an existing answer stays as it is, so the same
    form sent twice gives one answer. A later answer can be changed once, and once more after each
    update of the case. Pass `notifies_followers=False` if a comment of the same request notifies.

    Raises `PollClosed` if the poll is closed, `QuotaReached` after very many answers,
    `UnknownOption` if an option is of another poll or if a diagnosis is added to an opinion poll,
    `InvalidDiagnosisName` if the added diagnosis has no letter or digit, `NoOptionChosen` if the
    answer is empty, `SingleChoiceOnly` if several options are chosen where one is allowed, and
    `AnswerAlreadyChanged` if the later answer was changed already.
    """
    if is_closed(poll):
        raise PollClosed
    pseudonym = viewer.pseudonym(poll_scope(poll.pk))
    own = Answer.objects.filter(poll=poll, pseudonym=pseudonym)
    updates_by_round = dict(own.values_list("round", "updates_seen"))
    if updates_by_round and not is_change:
        return
    spend_quota(viewer=viewer, quota=ANSWERS)
    is_later = AnswerRound.BLIND in updates_by_round or answers_are_revealed(viewer, poll)
    if is_later and not updates_by_round and not is_change and own.exists():
        return  # the same form, sent at the same moment, revealed the answers
    options = _chosen_options(poll, answer)
    if updates_by_round.get(AnswerRound.LATER, -1) >= count_updates(poll):
        if _is_same_answer(own, options):
            return
        raise AnswerAlreadyChanged
    round_ = AnswerRound.LATER if is_later else AnswerRound.BLIND
    row = _save_answer(viewer, poll, pseudonym, round_, answer.confidence)
    if row is None:
        return
    count_shown_line(viewer=viewer)
    _save_ranks(row, options)
    record_conditional_change(answer=row, text=answer.decisive_test, to_option=answer.changes_to)
    if not updates_by_round:
        _record_first_wait(poll, row)
        _reveal_and_count(viewer, poll, is_later=is_later, notifies_followers=notifies_followers)


def _is_same_answer(own: QuerySet[Answer], options: Sequence[AnswerOption]) -> bool:
    """Whether the later answer has exactly these options: the same form sent twice."""
    later = own.filter(round=AnswerRound.LATER)
    stored = RankedOption.objects.filter(answer__in=later).order_by("rank", "id")
    return list(stored.values_list("option_id", flat=True)) == [option.pk for option in options]


def _chosen_options(poll: Poll, answer: AnswerInput) -> list[AnswerOption]:
    """The options best first, each once, with the added one; at most `MAX_RANKS` if ranked."""
    if any(option.poll_id != poll.pk for option in answer.ranked):
        raise UnknownOption
    options = list(answer.ranked)
    if answer.added:
        if poll.kind != PollKind.DIAGNOSIS:
            raise UnknownOption
        # Hidden like the answers, so that it tells nobody what others think.
        added = add_diagnosis_option(poll=poll, label=answer.added, hidden_until_answer=True)
        options.insert(answer.added_at, added)
    options = list(dict.fromkeys(options))
    if not options:
        raise NoOptionChosen
    if poll.kind == PollKind.OPINION and not poll.is_multiple and len(options) > 1:
        raise SingleChoiceOnly
    return options[:MAX_RANKS] if poll.kind == PollKind.DIAGNOSIS else options


def _record_first_wait(poll: Poll, answer: Answer) -> None:
    """Store on the poll, in bands, how long it waited for its first answer.

    An answer itself stores no time: the time could be compared with the minutes of what the member
    posts under a name in the same session. The stored wait is never shortened.
    """
    if answer.is_by_case_author or poll.first_answer_within is not None:
        return
    band = wait_band(timezone.now() - poll.opened_at)
    Poll.objects.filter(pk=poll.pk, first_answer_within=None).update(first_answer_within=band)


def wait_band(waited: dt.timedelta) -> dt.timedelta:
    """The upper end of the band in which the wait lies. The last band has no upper limit."""
    return next((band for band in WAIT_BANDS if waited <= band), WAIT_BANDS[-1])


def _save_answer(
    viewer: Viewer, poll: Poll, pseudonym: bytes, round_: AnswerRound, confidence: int | None
) -> Answer | None:
    """The row without options: new, or the later answer to be overwritten.

    None if the same member's blind answer was stored at the same moment.
    """
    values = {
        "confidence": confidence,
        "specialty": viewer.line.specialty,
        "is_by_case_author": poll.case is not None and is_author(viewer, poll.case),
        "record_weight_quarters": _record_weight_quarters(viewer, poll),
        "updates_seen": count_updates(poll),
    }
    if round_ == AnswerRound.LATER:
        answer, _ = Answer.objects.select_for_update().update_or_create(
            poll=poll, pseudonym=pseudonym, round=round_, defaults=values
        )
        answer.ranked_options.all().delete()
        return answer
    try:
        with transaction.atomic():
            return Answer.objects.create(poll=poll, pseudonym=pseudonym, round=round_, **values)
    except IntegrityError:
        return None


def _record_weight_quarters(viewer: Viewer, poll: Poll) -> int:
    """The viewer's weight in the specialty of the case. Votes in opinion polls weigh 1."""
    if poll.kind == PollKind.OPINION or poll.case is None:
        return NEUTRAL_WEIGHT_QUARTERS
    return record_weight_quarters(viewer, poll.case.specialties[0])


def _save_ranks(answer: Answer, options: Sequence[AnswerOption]) -> None:
    """Rank 1 is the first choice. In an opinion poll each option has rank 1."""
    is_ranked = answer.poll.kind == PollKind.DIAGNOSIS
    RankedOption.objects.bulk_create(
        RankedOption(answer=answer, option=option, rank=rank if is_ranked else 1)
        for rank, option in enumerate(options, start=1)
    )


def _reveal_and_count(
    viewer: Viewer, poll: Poll, *, is_later: bool, notifies_followers: bool
) -> None:
    """Reveal the case's answers to the viewer, count the answer, and notify followers.

    A case counts blind answers to its diagnosis poll; to its opinion poll if it has no other.
    """
    case = poll.case
    if case is None or (case.hides_answers and poll.kind == PollKind.OPINION):
        return
    if poll.kind == PollKind.DIAGNOSIS:
        reveal_answers(viewer=viewer, case=case, skipped_answer=False)
    if is_author(viewer, case):
        return
    if not is_later:
        count_answer(case=case)
    if notifies_followers:
        _notify_followers(case)


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
