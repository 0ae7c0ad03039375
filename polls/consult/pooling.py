"""Ranked lists in, ranked diagnoses out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

# Up to here each list weighs by its confidence (Kämmer 2017); from 5 on all weigh the same.
FEW = 4
USABLE, FULL = 5, 9
# A list without a stated confidence weighs as the middle of the scale of 1 to 5.
MIDDLE = 3


@dataclass(frozen=True)
class Answer:
    """One member's list, best first; `order` tells which was given earlier."""

    ranked: tuple[str, ...]
    confidence: int | None = None
    specialty: str = ""
    order: int = 0


@dataclass(frozen=True)
class Term:
    """`count` lists of this weight rank the diagnosis here: each adds weight / rank."""

    count: int
    weight: Fraction
    rank: int


@dataclass(frozen=True)
class Pooled:
    """One diagnosis among all answers."""

    key: str
    # Sum of weight / rank over the answers, and its part of all such sums (0 to 1).
    score: Fraction
    share: Fraction
    first_ranks: int
    mentions: int
    # The earliest answer that named it.
    earliest: int
    # What the score is the sum of.
    terms: tuple[Term, ...] = ()


def pool(answers: Iterable[Answer]) -> list[Pooled]:
    """Each list gives 1/r to what it ranks r; sums are normalised to their total.

    Ties fall to more first ranks, then to what was answered first, then to the key, so that the
    order of answers in never changes what comes out.
    """
    given = [answer for answer in answers if answer.ranked]
    weighs_confidence = len(given) <= FEW
    tallies: dict[str, _Tally] = {}
    for answer in given:
        weight = (answer.confidence or MIDDLE) if weighs_confidence else MIDDLE
        for rank, key in enumerate(dict.fromkeys(answer.ranked), start=1):
            tallies.setdefault(key, _Tally()).add(weight, rank, answer.order)
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
        )
        for key, tally in tallies.items()
    ]
    return sorted(pooled, key=_place)


def merged(answers: Iterable[Answer], into: Mapping[str, str]) -> list[Answer]:
    """The answers with keys that mean one thing written as one; each keeps its better rank."""
    return [
        replace(answer, ranked=tuple(dict.fromkeys(into.get(key, key) for key in answer.ranked)))
        for answer in answers
    ]


def _place(one: Pooled) -> tuple[Fraction, int, int, str]:
    return (-one.score, -one.first_ranks, one.earliest, one.key)


def _sum(terms: Iterable[Term]) -> Fraction:
    return sum((term.count * term.weight / term.rank for term in terms), Fraction(0))


@dataclass
class _Tally:
    """Lists counted by (weight in thirds, rank): whole numbers, until the sums are made."""

    counts: Counter[tuple[int, int]] = field(default_factory=Counter)
    earliest: int = 0

    def add(self, weight: int, rank: int, order: int) -> None:
        self.earliest = min(self.earliest, order) if self.counts else order
        self.counts[weight, rank] += 1

    @property
    def first_ranks(self) -> int:
        return sum(count for (_weight, rank), count in self.counts.items() if rank == 1)

    def terms(self) -> tuple[Term, ...]:
        """Best ranks first, heaviest first."""
        ordered = sorted(self.counts.items(), key=lambda item: (item[0][1], -item[0][0]))
        return tuple(
            Term(count, Fraction(weight, MIDDLE), rank) for (weight, rank), count in ordered
        )


def percent(part: Fraction) -> int:
    """A share as a whole percentage, half up."""
    return int(part * 100 + Fraction(1, 2))


def first_choices(answers: Sequence[Answer]) -> list[str]:
    return [answer.ranked[0] for answer in answers if answer.ranked]
