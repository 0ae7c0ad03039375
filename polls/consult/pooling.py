"""Ranked lists in, ranked diagnoses out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

# Up to here equal sums are ordered by how sure the answerers were (after Kämmer 2017).
FEW = 4
USABLE, FULL = 5, 9
# A list without a stated confidence counts as the middle of the scale of 1 to 5.
MIDDLE = 3


@dataclass(frozen=True)
class Answer:
    """One member's list, best first; `order` tells which was given earlier."""

    ranked: tuple[str, ...]
    confidence: int | None = None
    specialty: str = ""
    order: int = 0
    # What the giver's closed cases make it weigh; `pool` never asks, `by_record` alone does.
    record: Fraction = Fraction(1)


@dataclass(frozen=True)
class Term:
    """`count` lists rank the diagnosis here: each adds 1 / rank."""

    count: int
    rank: int


@dataclass(frozen=True)
class Pooled:
    """One diagnosis among all answers."""

    key: str
    # Sum of 1 / rank over the answers, and its part of all such sums (0 to 1).
    score: Fraction
    share: Fraction
    first_ranks: int
    mentions: int
    # The earliest answer that named it.
    earliest: int
    # What the score is the sum of.
    terms: tuple[Term, ...] = ()
    # Sum of confidence / rank: orders equal scores of few answers, and nothing else.
    surety: Fraction = Fraction(0)


def pool(answers: Iterable[Answer]) -> list[Pooled]:
    """Each list gives 1/r to what it ranks r; sums are normalised to their total.

    Of four answers or fewer, ties fall to the surer answerers; then, and of more answers at once,
    to more first ranks, then to what was answered first, then to the key, so that the order of
    answers in never changes what comes out.
    """
    given = [answer for answer in answers if answer.ranked]
    asks_surety = len(given) <= FEW
    tallies: dict[str, _Tally] = {}
    for answer in given:
        sure = (answer.confidence or MIDDLE) if asks_surety else 0
        for rank, key in enumerate(dict.fromkeys(answer.ranked), start=1):
            tallies.setdefault(key, _Tally()).add(sure, rank, answer.order)
    sums = {key: _sum(tally.terms()) for key, tally in tallies.items()}
    total = sum(sums.values(), Fraction(0))
    pooled = [
        Pooled(
            key=key,
            score=sums[key],
            share=sums[key] / total,
            first_ranks=tally.first_ranks,
            mentions=tally.counts.total(),
            earliest=tally.earliest,
            terms=tally.terms(),
            surety=tally.surety,
        )
        for key, tally in tallies.items()
    ]
    return sorted(pooled, key=_place)


def by_record(answers: Sequence[Answer]) -> list[tuple[str, Fraction]]:
    """Each diagnosis and its share where a list weighs as its giver's record does, best first.

    Equal shares keep the order of `pool`. For a second column, never in the place of the first.
    """
    order = {one.key: place for place, one in enumerate(pool(answers))}
    sums = dict.fromkeys(order, Fraction(0))
    for answer in answers:
        for rank, key in enumerate(dict.fromkeys(answer.ranked), start=1):
            sums[key] += answer.record / rank
    total = sum(sums.values(), Fraction(0))
    ordered = sorted(sums.items(), key=lambda item: (-item[1], order[item[0]]))
    return [(key, score / total) for key, score in ordered]


def merged(answers: Iterable[Answer], into: Mapping[str, str]) -> list[Answer]:
    """The answers with keys that mean one thing written as one; each keeps its better rank."""
    return [
        replace(answer, ranked=tuple(dict.fromkeys(into.get(key, key) for key in answer.ranked)))
        for answer in answers
    ]


def _place(one: Pooled) -> tuple[Fraction, Fraction, int, int, str]:
    return (-one.score, -one.surety, -one.first_ranks, one.earliest, one.key)


def _sum(terms: Iterable[Term]) -> Fraction:
    return sum((Fraction(term.count, term.rank) for term in terms), Fraction(0))


@dataclass
class _Tally:
    """Lists counted by rank: whole numbers, until the sums are made."""

    counts: Counter[int] = field(default_factory=Counter)
    sure: Counter[int] = field(default_factory=Counter)
    earliest: int = 0

    def add(self, sure: int, rank: int, order: int) -> None:
        self.earliest = min(self.earliest, order) if self.counts else order
        self.counts[rank] += 1
        self.sure[rank] += sure

    @property
    def first_ranks(self) -> int:
        return self.counts[1]

    @property
    def surety(self) -> Fraction:
        return sum((Fraction(sure, rank) for rank, sure in self.sure.items()), Fraction(0))

    def terms(self) -> tuple[Term, ...]:
        """Best ranks first."""
        return tuple(Term(count, rank) for rank, count in sorted(self.counts.items()))


def percent(part: Fraction) -> int:
    """A share as a whole percentage, half up."""
    return int(part * 100 + Fraction(1, 2))


def first_choices(answers: Sequence[Answer]) -> list[str]:
    return [answer.ranked[0] for answer in answers if answer.ranked]
