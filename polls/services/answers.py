"""Submitting an answer: blind first, later answers apart from it.

An answer waits for the next mark of its case and counts from then on (polls.services.counting).
Who reads pages every minute would otherwise learn when it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from cases.models import Urgency
from cases.policies import is_author
from cases.services import reveal_answers
from polls.errors import (
    AnswerAlreadyChanged,
    AnsweredBefore,
    InvalidDiagnosisName,
    NoOptionChosen,
    PollClosed,
    SingleChoiceOnly,
    UnknownOption,
)
from polls.models import (
    MAX_RANKS,
    AnswerOption,
    AnswerRound,
    Poll,
    PollKind,
    WaitingAnswer,
)
from polls.policies import is_closed
from polls.selectors.answer_visibility import answers_are_revealed, count_updates
from polls.selectors.concepts import find_concept
from polls.selectors.own_answers import OwnAnswer, own_answers
from polls.selectors.track_record import record_weight_quarters
from polls.services.counting import count_now
from polls.services.decisive_tests import MAX_TEXT_LENGTH
from polls.vocabulary.folding import fold
from sermo.core.quotas import ANSWERS
from sermo.members.pseudonyms import poll_scope
from sermo.members.services import count_shown_line, next_mark, spend_quota
from sermo.members.viewer import Viewer

# A weight of 1, in quarters.
NEUTRAL_WEIGHT_QUARTERS = 4


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


@dataclass(frozen=True)
class _Choice:
    """Keys of options best first, and the added diagnosis, if it is no option yet."""

    ranked: list[UUID]
    added: str = ""
    added_at: int = 0


@transaction.atomic
def submit_answer(
    *,
    viewer: Viewer,
    poll: Poll,
    answer: AnswerInput,
    is_change: bool = False,
    notifies_followers: bool = True,
    with_the_case: bool = False,
) -> None:
    """Store the answer: blind if the viewer has seen no other answer, else as a later answer.

    It counts from the next mark. A blind answer never changes. Without `is_change` an existing
    answer stays as it is: the same form sent twice gives one answer, and another answer raises
    `AnsweredBefore`. A later answer can be changed once, and once more after each update of the
    case. Pass `notifies_followers=False` if a comment of the same request notifies, and
    `with_the_case=True` if the case is being published.

    Raises `PollClosed` if the poll is closed, `QuotaReached` after very many answers,
    `UnknownOption` if an option is of another poll or if a diagnosis is added to an opinion poll,
    `InvalidDiagnosisName` if the added diagnosis has no letter or digit, `NoOptionChosen` if the
    answer is empty, `SingleChoiceOnly` if several options are chosen where one is allowed,
    `AnsweredBefore` as above, and `AnswerAlreadyChanged` if the later answer was changed already.
    """
    if is_closed(poll):
        raise PollClosed
    pseudonym = viewer.pseudonym(poll_scope(poll.pk))
    own = own_answers(poll, pseudonym)
    if own and not is_change:
        choice = _choice(poll, answer)
        if not any(_is_same_answer(earlier, choice) for earlier in own.values()):
            raise AnsweredBefore
        return
    spend_quota(viewer=viewer, quota=ANSWERS)
    is_later = AnswerRound.BLIND in own or answers_are_revealed(viewer, poll)
    if is_later and not own and not is_change and own_answers(poll, pseudonym):
        return  # the same form, sent at the same moment, revealed the answers
    choice = _choice(poll, answer)
    earlier = own.get(AnswerRound.LATER)
    if earlier is not None and earlier.updates_seen >= count_updates(poll):
        if _is_same_answer(earlier, choice):
            return
        raise AnswerAlreadyChanged
    row = WaitingAnswer(
        poll=poll,
        pseudonym=pseudonym,
        round=AnswerRound.LATER if is_later else AnswerRound.BLIND,
        notifies_followers=notifies_followers and not own,
        **_answer_fields(viewer, poll, answer, choice),
    )
    _save(row, earlier, with_the_case=with_the_case)
    count_shown_line(viewer=viewer)
    if poll.case is not None and poll.kind == PollKind.DIAGNOSIS and not own:
        reveal_answers(viewer=viewer, case=poll.case, skipped_answer=False)


def _is_same_answer(earlier: OwnAnswer, choice: _Choice) -> bool:
    """Whether the answer has exactly these options: the same form sent twice."""
    return choice == _Choice(earlier.ranked, earlier.added, earlier.added_at)


def _choice(poll: Poll, answer: AnswerInput) -> _Choice:
    """The options, each once. An added diagnosis that is an option already stands for it."""
    if any(option.poll_id != poll.pk for option in answer.ranked):
        raise UnknownOption
    ranked = [option.pk for option in answer.ranked]
    added = " ".join(answer.added.split())
    if added:
        if poll.kind != PollKind.DIAGNOSIS:
            raise UnknownOption
        known = _known_option(poll, added)
        if known is not None:
            ranked.insert(answer.added_at, known)
            added = ""
    ranked = list(dict.fromkeys(ranked))
    if not ranked and not added:
        raise NoOptionChosen
    if poll.kind == PollKind.OPINION and not poll.is_multiple and len(ranked) > 1:
        raise SingleChoiceOnly
    if poll.kind == PollKind.DIAGNOSIS:
        ranked = ranked[: MAX_RANKS - bool(added)]
    return _Choice(ranked, added, min(answer.added_at, len(ranked)) if added else 0)


def _known_option(poll: Poll, label: str) -> UUID | None:
    """The option of this diagnosis, if the poll has one. Raises `InvalidDiagnosisName`."""
    folded = fold(label)
    if not folded:
        raise InvalidDiagnosisName
    concept = find_concept(folded)
    if concept is None:
        return None
    return poll.options.filter(concept=concept).values_list("pk", flat=True).first()


def _answer_fields(
    viewer: Viewer, poll: Poll, answer: AnswerInput, choice: _Choice
) -> dict[str, Any]:
    """Raises `UnknownOption` if the change that a test would cause leads to another poll."""
    if answer.changes_to is not None and answer.changes_to.poll_id != poll.pk:
        raise UnknownOption
    return {
        "ranked": choice.ranked,
        "added": choice.added,
        "added_at": choice.added_at,
        "decisive_test": " ".join(answer.decisive_test.split())[:MAX_TEXT_LENGTH],
        "changes_to": answer.changes_to,
        "confidence": answer.confidence,
        "specialty": viewer.line.specialty,
        "is_by_case_author": poll.case is not None and is_author(viewer, poll.case),
        "record_weight_quarters": _record_weight_quarters(viewer, poll),
        "updates_seen": count_updates(poll),
    }


def _save(row: WaitingAnswer, earlier: OwnAnswer | None, *, with_the_case: bool) -> None:
    """Let the answer wait, or count it where there are no marks.

    A waiting later answer is overwritten and keeps its mark. Of two answers of one member at the
    same moment the database keeps the first.
    """
    if earlier is not None and earlier.appears_at is not None:
        key = {"poll": row.poll, "pseudonym": row.pseudonym, "round": row.round}
        if WaitingAnswer.objects.filter(**key).update(**{n: getattr(row, n) for n in _CHANGING}):
            return
    urgent = row.poll.case is not None and row.poll.case.urgency == Urgency.URGENT
    mark = None if with_the_case else next_mark(urgent=urgent)
    if mark is None:
        count_now(row)
    else:
        row.appears_at = mark
        WaitingAnswer.objects.bulk_create([row], ignore_conflicts=True)


# What a change of a waiting answer overwrites.
_CHANGING = (
    "ranked", "added", "added_at", "decisive_test", "changes_to", "confidence", "specialty",
    "record_weight_quarters", "updates_seen",
)  # fmt: skip


def _record_weight_quarters(viewer: Viewer, poll: Poll) -> int:
    """The viewer's weight in the specialty of the case. Votes in opinion polls weigh 1."""
    if poll.kind == PollKind.OPINION or poll.case is None:
        return NEUTRAL_WEIGHT_QUARTERS
    return record_weight_quarters(viewer, poll.case.specialties[0])
