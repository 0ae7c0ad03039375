"""Answering a poll: once blind, and from then on apart."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Opening
from cases.policies import is_author
from cases.services import count_answer, open_case
from polls.errors import NotAnOption, NothingChosen, OnlyOneChoice, PollClosed, TooManyOptions
from polls.models import MOST_RANKS, Ballot, Option, Poll, PollKind, Rank, Round
from polls.services.concepts import resolve_concept
from sermo.members.tags import opening_scope, poll_scope
from sermo.members.viewer import Viewer
from sermo.notifications.models import Kind
from sermo.notifications.services import tell

MOST_OPTIONS = 40


@transaction.atomic
def cast_vote(
    *,
    viewer: Viewer,
    poll: Poll,
    ranked: Sequence[Option],
    added: str = "",
    confidence: int | None = None,
    is_change: bool = False,
) -> None:
    """Answer with the options, best first; `added` goes before them as a diagnosis of one's own.

    Before anything was seen this is round one, which never changes; afterwards, with `is_change`,
    round two. The same form sent twice is one ballot. Raises `PollClosed`, `NothingChosen`,
    `NotAnOption`, `OnlyOneChoice`, `TooManyOptions`.
    """
    if poll.closed_at is not None:
        raise PollClosed
    tag = viewer.tag(poll_scope(poll.pk))
    has_read = _has_just_read(viewer, poll)
    already = Ballot.objects.filter(poll=poll, tag=tag, round=Round.BLIND).exists()
    if already and not is_change:
        return
    chosen = _chosen(poll, ranked, added)
    round_ = Round.OPEN if already or has_read else Round.BLIND
    is_first = not already and not (
        has_read and Ballot.objects.filter(poll=poll, tag=tag, round=Round.OPEN).exists()
    )
    ballot = _ballot(viewer, poll, tag, round_, confidence)
    if ballot is None:
        return
    ranks = [1] * len(chosen) if poll.kind == PollKind.OPINION else range(1, len(chosen) + 1)
    Rank.objects.bulk_create(
        Rank(ballot=ballot, option=option, rank=rank)
        for option, rank in zip(chosen, ranks, strict=True)
    )
    if is_first:
        _let_in(viewer, poll)


def _has_just_read(viewer: Viewer, poll: Poll) -> bool:
    if poll.case_id is None:
        return False
    return Opening.objects.filter(
        case_id=poll.case_id, tag=viewer.tag(opening_scope(poll.case_id)), just_read=True
    ).exists()


def _chosen(poll: Poll, ranked: Sequence[Option], added: str) -> list[Option]:
    chosen = list(dict.fromkeys(ranked))
    if any(option.poll_id != poll.pk for option in chosen):
        raise NotAnOption
    if added:
        own = _added_option(poll, added)
        chosen = [own, *(option for option in chosen if option != own)]
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
    existing = Option.objects.filter(poll=poll, concept=concept).first()
    if existing:
        return existing
    if poll.options.count() >= MOST_OPTIONS:
        raise TooManyOptions
    option, _ = Option.objects.get_or_create(
        poll=poll,
        concept=concept,
        defaults={"label": concept.name, "position": poll.options.count(), "is_sealed": True},
    )
    return option


def _ballot(
    viewer: Viewer, poll: Poll, tag: bytes, round_: Round, confidence: int | None
) -> Ballot | None:
    """A new ballot; in round two the changed one, emptied; None where a twin was quicker."""
    said = {
        "confidence": confidence,
        "specialty": viewer.member.line_specialty,
        "by_case_author": poll.case is not None and is_author(viewer, poll.case),
        "cast_at": timezone.now().replace(minute=0, second=0, microsecond=0),
    }
    if round_ == Round.OPEN:
        ballot, _ = Ballot.objects.select_for_update().update_or_create(
            poll=poll, tag=tag, round=round_, defaults=said
        )
        ballot.ranks.all().delete()
        return ballot
    try:
        with transaction.atomic():
            return Ballot.objects.create(poll=poll, tag=tag, round=round_, **said)
    except IntegrityError:
        return None


def _let_in(viewer: Viewer, poll: Poll) -> None:
    """The answer is given: open the case to its giver, count it, tell who follows."""
    if poll.case is None or poll.kind != PollKind.DIAGNOSIS:
        return
    open_case(viewer=viewer, case=poll.case, just_read=False)
    if is_author(viewer, poll.case):
        return
    count_answer(case=poll.case)
    tell(
        subject=poll.case.pk,
        kind=Kind.ANSWER,
        path=poll.case.get_absolute_url(),
        happened_at=timezone.now().replace(minute=0, second=0, microsecond=0),
        by=viewer,
    )
