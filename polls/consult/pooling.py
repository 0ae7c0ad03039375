"""Ranked lists in, ranked diagnoses out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


def pool(answers: Iterable[Answer]) -> list[Pooled]:
    """Each list gives 1/r to what it ranks r; sums are normalised to their total.

    Ties fall to more first ranks, then to what was answered first, then to the key, so that the
    order of answers in never changes what comes out.
    """
    given = [answer for answer in answers if answer.ranked]
    weighs_confidence = len(given) <= FEW
    tallies: dict[str, _Tally] = {}
    for answer in given:
        weight = Fraction(answer.confidence or MIDDLE, MIDDLE) if weighs_confidence else Fraction(1)
        for rank, key in enumerate(dict.fromkeys(answer.ranked), start=1):
            tallies.setdefault(key, _Tally()).add(weight / rank, rank, answer.order)
    total = sum((tally.score for tally in tallies.values()), Fraction(0))
    pooled = [
        Pooled(
            key,
            tally.score,
            tally.score / total,
            tally.first_ranks,
            tally.mentions,
            tally.earliest,
        )
        for key, tally in tallies.items()
    ]
    return sorted(pooled, key=_place)


def _place(one: Pooled) -> tuple[Fraction, int, int, str]:
    return (-one.score, -one.first_ranks, one.earliest, one.key)


class _Tally:
    def __init__(self) -> None:
        self.score = Fraction(0)
        self.first_ranks = 0
        self.mentions = 0
        self.earliest = 0

    def add(self, score: Fraction, rank: int, order: int) -> None:
        self.earliest = order if self.mentions == 0 else min(self.earliest, order)
        self.score += score
        self.first_ranks += rank == 1
        self.mentions += 1


def percent(part: Fraction) -> int:
    """A share as a whole percentage, half up."""
    return int(part * 100 + Fraction(1, 2))


def first_choices(answers: Sequence[Answer]) -> list[str]:
    return [answer.ranked[0] for answer in answers if answer.ranked]
