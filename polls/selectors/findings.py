"""What to ask next, and what could harm: for who may see the answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from polls.models import Finding, HarmFlag, MindChange, Poll, Rank

MOST_SHOWN = 10


@dataclass(frozen=True)
class Move:
    """So many would go from one diagnosis to another; either may be unsaid."""

    from_name: str
    to_name: str
    n: int


@dataclass(frozen=True)
class Asked:
    """One finding: how many asked for it, where it would move them, and whether it was told."""

    key: UUID
    public_id: str
    text: str
    n: int
    moves: list[Move]
    is_told: bool


@dataclass(frozen=True)
class Warning_:
    """Somebody says that this could harm, and why."""

    target: str
    text: str
    byline: str
    comment_id: str


def asked_next(poll: Poll) -> list[Asked]:
    """Most asked for first, what is told last; two statements however many answered."""
    names = {option.pk: option.label for option in poll.options.all()}
    changes = list(
        MindChange.objects.filter(finding__poll=poll).values_list(
            "finding_id", "ballot_id", "to_option_id"
        )
    )
    if not changes:
        return []
    firsts = dict(
        Rank.objects.filter(ballot__in=[ballot for _f, ballot, _o in changes], rank=1).values_list(
            "ballot_id", "option_id"
        )
    )
    found = Finding.objects.filter(pk__in={finding for finding, _b, _o in changes})
    moves: dict[UUID, Counter[tuple[str, str]]] = {}
    for finding, ballot, to in changes:
        first = firsts.get(ballot)
        pair = (names.get(first, "") if first else "", names.get(to, "") if to else "")
        moves.setdefault(finding, Counter())[pair] += 1
    asked = [_asked(one, moves[one.pk]) for one in found]
    return sorted(asked, key=lambda one: (one.is_told, -one.n, one.text))[:MOST_SHOWN]


def _asked(finding: Finding, moves: Counter[tuple[str, str]]) -> Asked:
    return Asked(
        key=finding.pk,
        public_id=finding.public_id,
        text=finding.text,
        n=moves.total(),
        moves=[Move(a, b, n) for (a, b), n in moves.most_common() if b],
        is_told=finding.told_at is not None,
    )


def warnings_of(poll: Poll) -> list[Warning_]:
    """Those that are visible, in the order they were made; one statement."""
    if poll.case_id is None:
        return []
    flags = (
        HarmFlag.objects.filter(Q(option__poll=poll) | Q(finding__poll=poll))
        .filter(comment__hidden_at=None, comment__appears_at=None)
        .order_by("comment__position")
        .values_list(
            Coalesce("option__label", "finding__text"),
            "comment__text",
            "comment__byline",
            "comment__public_id",
        )
    )
    return [Warning_(*flag) for flag in flags]
