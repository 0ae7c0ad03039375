"""Answering a poll: once blind, and from then on apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.policies import author_identity, is_author
from cases.services import count_answer, reveal_answers
from polls.errors import (
    AlreadyRevised,
    NotAnOption,
    NothingChosen,
    OnlyOneChoice,
    PollClosed,
    TooOften,
)
from polls.models import MOST_RANKS, Ballot, Option, Poll, PollKind, Rank, Round
from polls.policies import is_closed
from polls.selectors.record import quarters
from polls.selectors.seen import has_seen_others, updates_of
from polls.services.concepts import resolve_concept
from polls.services.findings import note_mind_change
from sermo.core.http import within_rate
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer
from sermo.notifications.models import Kind
from sermo.notifications.services import tell

ANSWERS_AN_HOUR = 30
# How long a poll waited for its first answer: an hour, a day, a week, a quarter.
WAITS = tuple(dt.timedelta(hours=hours) for hours in (1, 24, 24 * 7, 24 * 90))


@transaction.atomic
def cast_vote(
    *,
    viewer: Viewer,
    poll: Poll,
    ranked: Sequence[Option],
    added: str = "",
    added_at: int = 0,
    confidence: int | None = None,
    is_change: bool = False,
    is_told: bool = True,
    finding: str = "",
    moves_to: Option | None = None,
) -> None:
    """Answer with the options, best first; `added` is a diagnosis of one's own, at that place.

    Before anything was seen this is round one, which never changes; afterwards it is round two.
    An answer given already stays as it is unless `is_change`, so the same form sent twice is one
    ballot; once revised, it can be revised again after each update of the case. `is_told=False`
    where a comment of the same act tells those who follow. `finding` is what would change the
    answerer's mind, to `moves_to` where that is known. Raises `PollClosed`, `NothingChosen`,
    `NotAnOption`, `OnlyOneChoice`, `NotAName`, `AlreadyRevised`, `TooOften`.
    """
    if is_closed(poll):
        raise PollClosed
    tag = viewer.pseudonym(poll_scope(poll.pk))
    own = Ballot.objects.filter(poll=poll, pseudonym=tag)
    rounds = dict(own.values_list("round", "after_updates"))
    if rounds and not is_change:
        return
    if not within_rate("ballot", tag.hex(), limit=ANSWERS_AN_HOUR, seconds=3600):
        raise TooOften
    is_late = Round.BLIND in rounds or has_seen_others(viewer, poll)
    chosen = _chosen(poll, ranked, added, added_at)
    if rounds.get(Round.OPEN, -1) >= updates_of(poll):
        if _stands(own, chosen):
            return
        raise AlreadyRevised
    ballot = _ballot(viewer, poll, tag, Round.OPEN if is_late else Round.BLIND, confidence)
    if ballot is None:
        return
    _write_ranks(ballot, chosen)
    note_mind_change(ballot=ballot, text=finding, to_option=moves_to)
    if not rounds:
        _note_answer(poll, ballot)
        _let_in(viewer, poll, is_late=is_late, is_told=is_told)


def _stands(own: QuerySet[Ballot], chosen: Sequence[Option]) -> bool:
    """Whether round two says exactly this: the same form sent twice."""
    said = Rank.objects.filter(ballot__in=own.filter(round=Round.OPEN)).order_by("rank", "id")
    return list(said.values_list("option_id", flat=True)) == [option.pk for option in chosen]


def _chosen(poll: Poll, ranked: Sequence[Option], added: str, added_at: int) -> list[Option]:
    if any(option.poll_id != poll.pk for option in ranked):
        raise NotAnOption
    chosen = list(ranked)
    if added:
        chosen.insert(added_at, _added_option(poll, added))
    chosen = list(dict.fromkeys(chosen))
    if not chosen:
        raise NothingChosen
    if poll.kind == PollKind.OPINION and not poll.is_multiple and len(chosen) > 1:
        raise OnlyOneChoice
    return chosen[:MOST_RANKS] if poll.kind == PollKind.DIAGNOSIS else chosen


def _added_option(poll: Poll, label: str) -> Option:
    """A diagnosis of the answerer's own: sealed with the answers until one has answered."""
    if poll.kind != PollKind.DIAGNOSIS:
        raise NotAnOption
    concept = resolve_concept(label=label)
    option, _ = Option.objects.get_or_create(
        poll=poll,
        concept=concept,
        defaults={"label": concept.name, "position": poll.options.count(), "is_sealed": True},
    )
    return option


def _note_answer(poll: Poll, ballot: Ballot) -> None:
    """How long the poll waited, in bands: kept with it, for a ballot keeps no time at all.

    An hour of one's own would stand beside the minutes of what its giver said under a name in the
    same sitting. How long a case waited is all that is ever asked, and is never shortened.
    """
    if ballot.by_case_author or poll.answered_within is not None:
        return
    band = band_of(timezone.now() - poll.opened_at)
    Poll.objects.filter(pk=poll.pk, answered_within=None).update(answered_within=band)


def band_of(waited: dt.timedelta) -> dt.timedelta:
    """The end of the band in which a wait lies; the last has none."""
    return next((one for one in WAITS if waited <= one), WAITS[-1])


def _monday(at: dt.datetime) -> dt.datetime:
    """The week: a day would lie beside what was said under a name on it."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - dt.timedelta(days=at.weekday())


def _ballot(
    viewer: Viewer, poll: Poll, tag: bytes, round_: Round, confidence: int | None
) -> Ballot | None:
    """A new ballot; in round two the changed one, emptied; None where a twin was quicker."""
    is_own = poll.case is not None and is_author(viewer, poll.case)
    said = {
        "confidence": confidence,
        "specialty": viewer.member.line_specialty,
        "by_case_author": is_own,
        "record_quarters": _record(viewer, poll),
        "after_updates": updates_of(poll),
    }
    if round_ == Round.OPEN:
        ballot, _ = Ballot.objects.select_for_update().update_or_create(
            poll=poll, pseudonym=tag, round=round_, defaults=said
        )
        ballot.ranks.all().delete()
        return ballot
    try:
        with transaction.atomic():
            return Ballot.objects.create(poll=poll, pseudonym=tag, round=round_, **said)
    except IntegrityError:
        return None


def _record(viewer: Viewer, poll: Poll) -> int:
    """In the specialty of the case; an opinion has no right answer and weighs 1."""
    if poll.kind == PollKind.OPINION or poll.case is None:
        return 4
    return quarters(viewer, poll.case.specialties[0])


def _write_ranks(ballot: Ballot, chosen: Sequence[Option]) -> None:
    """An opinion has no order: each of its choices is a first one."""
    is_ordered = ballot.poll.kind == PollKind.DIAGNOSIS
    Rank.objects.bulk_create(
        Rank(ballot=ballot, option=option, rank=place if is_ordered else 1)
        for place, option in enumerate(chosen, start=1)
    )


def _let_in(viewer: Viewer, poll: Poll, *, is_late: bool, is_told: bool) -> None:
    """The answer is given: open the case to its giver, count it, tell who follows.

    A case counts answers given blind, to its diagnosis poll where there is one.
    """
    case = poll.case
    if case is None or (case.hides_answers and poll.kind == PollKind.OPINION):
        return
    if poll.kind == PollKind.DIAGNOSIS:
        reveal_answers(viewer=viewer, case=case, skipped_answer=False)
    if is_author(viewer, case):
        return
    if not is_late:
        count_answer(case=case)
    if is_told:
        tell(
            subject=case.pk,
            kind=Kind.ANSWER,
            path=case.get_absolute_url(),
            happened_at=_monday(timezone.now()),
            addressee=author_identity(case),
            by=viewer,
        )
