"""The numbers and words of a poll's results, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from polls.consult import (
    FEW,
    FULL,
    USABLE,
    Answer,
    Pooled,
    by_record,
    counts,
    grouped,
    minority,
    movement,
    percent,
    pool,
)
from polls.models import Option, Poll, PollKind, Round
from polls.selectors.ballots import Cast, answers_of, same_options
from sermo.core import specialties

BARS_BY_SPECIALTY = 3
# A group smaller than this is never shown by itself.
K_FOLD = 3
# Held together, so that a line never breaks within a product.
TIMES = "\u00a0\u00d7\u00a0"


@dataclass(frozen=True)
class Row:
    """One bar: share in whole percent, and how many named it."""

    name: str
    share: int
    n: int
    mine: bool = False
    note: str = ""


@dataclass(frozen=True)
class GroupRows:
    """The bars of one specialty; no name for all others together."""

    name: str
    n: int
    rows: list[Row]


@dataclass(frozen=True)
class Sum:
    """How one score came about: three first and two second places make "4.00"."""

    name: str
    working: str
    score: str
    first: int


@dataclass(frozen=True)
class Beside:
    """One place of both lists; empty where a list is shorter."""

    place: int
    mine: str
    pooled: str
    # Where the viewer's diagnosis stands in the pooled list; None where it does not.
    mine_at: int | None


@dataclass(frozen=True)
class Column:
    """A diagnosis by the plain rule and by record, in whole percent."""

    name: str
    plain: int
    by_record: int


@dataclass(frozen=True)
class Results:
    n: int
    rows: list[Row]
    groups: list[GroupRows]
    # Answerers given after the answers were seen, who gave none before.
    n_late: int = 0
    late: list[Row] = field(default_factory=list)
    kept: int = 0
    moved: list[tuple[str, int]] = field(default_factory=list)
    # Latest answers of all who answered blind, once somebody has revised.
    final: list[Row] = field(default_factory=list)
    # The viewer's list beside the pooled one, by place.
    beside: list[Beside] = field(default_factory=list)
    records: list[Column] = field(default_factory=list)
    minority: list[str] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    total: str = ""
    few: int = FEW
    k: int = K_FOLD

    @property
    def is_usable(self) -> bool:
        return self.n >= USABLE

    @property
    def is_full(self) -> bool:
        return self.n >= FULL

    @property
    def is_few(self) -> bool:
        return 0 < self.n <= FEW

    @property
    def n_revised(self) -> int:
        return self.kept + sum(n for _name, n in self.moved)


def results_of(poll: Poll, ballots: Sequence[Cast], mine: Sequence[UUID]) -> Results:
    """Round one decides; what was said after seeing others is told apart."""
    options = list(poll.options.all())
    into = same_options(options)
    names = {str(option.pk): option.label for option in options}
    listed = list(dict.fromkeys(into[str(key)] for key in mine))
    own = set(listed)
    first, second = (answers_of(ballots, round_, into) for round_ in (Round.BLIND, Round.OPEN))
    answers = list(first.values())
    late = [answer for tag, answer in second.items() if tag not in first]
    is_diagnosis = poll.kind == PollKind.DIAGNOSIS
    rows = _ranked_rows if is_diagnosis else _counted_rows
    moved = movement(first, second) if not poll.is_multiple else None
    pooled = pool(answers) if is_diagnosis else []
    return Results(
        n=len(answers),
        rows=rows(answers, names, own),
        groups=[
            GroupRows(
                specialties.name(group.name) if group.name else "",
                len(group.answers),
                rows(group.answers, names, set())[:BARS_BY_SPECIALTY],
            )
            for group in grouped(answers, k=K_FOLD)
        ],
        n_late=len(late),
        late=rows(late, names, own) if len(late) >= K_FOLD else [],
        kept=moved.kept if moved else 0,
        moved=[(names[key], n) for key, n in moved.moved] if moved else [],
        final=rows([second.get(tag, one) for tag, one in first.items()], names, own)
        if first.keys() & second.keys()
        else [],
        beside=_beside(listed, [one.key for one in pooled], names) if is_diagnosis else [],
        records=_records(answers, pooled, names) if is_diagnosis else [],
        minority=_minority(answers, options, into, names) if is_diagnosis else [],
        sums=[_sum(one, names) for one in pooled],
        total=_decimal(sum((one.score for one in pooled), Fraction(0))),
    )


def _beside(mine: list[str], pooled: list[str], names: Mapping[str, str]) -> list[Beside]:
    """As many places as the viewer filled; nothing for who has not answered."""
    return [
        Beside(
            place=place,
            mine=names[key],
            pooled=names[pooled[place - 1]] if place <= len(pooled) else "",
            mine_at=pooled.index(key) + 1 if key in pooled else None,
        )
        for place, key in enumerate(mine, start=1)
    ]


def _records(
    answers: Sequence[Answer], pooled: Sequence[Pooled], names: Mapping[str, str]
) -> list[Column]:
    """Both columns in the order by record; nothing below five answers or without any record.

    Fewer would let a share tell what one answerer's record is.
    """
    if len(answers) < USABLE or all(answer.record == 1 for answer in answers):
        return []
    plain = {one.key: percent(one.share) for one in pooled}
    return [Column(names[key], plain[key], percent(share)) for key, share in by_record(answers)]


def _ranked_rows(answers: Sequence[Answer], names: Mapping[str, str], own: set[str]) -> list[Row]:
    """In pooled order; only what somebody named."""
    return [
        Row(names[one.key], percent(one.share), one.mentions, one.key in own)
        for one in pool(answers)
    ]


def _counted_rows(answers: Sequence[Answer], names: Mapping[str, str], own: set[str]) -> list[Row]:
    """Every choice on offer, most chosen first, then in the order they were offered."""
    chosen = counts(answers)
    rows = [
        Row(name, percent(Fraction(chosen[key], max(len(answers), 1))), chosen[key], key in own)
        for key, name in names.items()
    ]
    return sorted(rows, key=lambda row: -row.n)


def _minority(
    answers: Sequence[Answer],
    options: Sequence[Option],
    into: Mapping[str, str],
    names: Mapping[str, str],
) -> list[str]:
    owners = {
        into[str(option.pk)]: option.concept.specialty
        for option in options
        if option.concept is not None and option.concept.specialty
    }
    return [names[key] for key in minority(answers, owners, specialties.family)]


def _sum(one: Pooled, names: Mapping[str, str]) -> Sum:
    terms = []
    for term in one.terms:
        value = f"1/{term.rank}" if term.rank > 1 else "1"
        terms.append(f"{term.count}{TIMES}{value}")
    return Sum(names[one.key], " + ".join(terms), _decimal(one.score), one.first_ranks)


def _decimal(score: Fraction) -> str:
    return f"{float(score):.2f}"
