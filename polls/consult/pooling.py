"""Pooling: many ranked answers in, one ranking of diagnoses out.

Docs: docs/design/consult.md, the arithmetic. A diagnosis scores 1/r in each answer that ranks it r.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

# Up to this number of answers, confidence decides between equal scores (after Kämmer 2017).
MAX_SMALL_GROUP = 4
# A ranking of this many blind answers is called reliable, and complete.
MIN_RELIABLE, MIN_COMPLETE = 5, 9
# An answer without a stated confidence counts as the middle of the scale of 1 to 5.
NEUTRAL_CONFIDENCE = 3


@dataclass(frozen=True)
class RankedAnswer:
    """One member's answer: diagnoses best first. `order` tells which answer was given earlier."""

    ranked: tuple[str, ...]
    confidence: int | None = None
    specialty: str = ""
    order: int = 0
    # From 1/2 to 2, see `calibration.record_weight`. Used by `pool_by_record_weight` only.
    record_weight: Fraction = Fraction(1)


@dataclass(frozen=True)
class ScoreTerm:
    """`count` answers give the diagnosis this rank; each adds 1 / rank to its score."""

    count: int
    rank: int


@dataclass(frozen=True)
class PooledDiagnosis:
    """One diagnosis and its score over all answers."""

    key: str
    # Sum of 1 / rank over the answers, and its part of the sum over all diagnoses (0 to 1).
    score: Fraction
    share: Fraction
    first_ranks: int
    mentions: int
    # The lowest `order` of the answers that name it.
    earliest: int
    # The terms that the score is the sum of, best rank first.
    terms: tuple[ScoreTerm, ...] = ()
    # Sum of confidence / rank in a small group, else 0. Decides between equal scores only.
    confidence_score: Fraction = Fraction(0)


def pool(answers: Iterable[RankedAnswer]) -> list[PooledDiagnosis]:
    """The group ranking, best first.

    Equal scores are ordered by confidence (in a small group only), then by the number of first
    ranks, then by the earliest answer, then by key. The order of `answers` has no influence.
    """
    given = [answer for answer in answers if answer.ranked]
    is_small = len(given) <= MAX_SMALL_GROUP
    tallies: dict[str, _Tally] = {}
    for answer in given:
        confidence = (answer.confidence or NEUTRAL_CONFIDENCE) if is_small else 0
        for rank, key in enumerate(dict.fromkeys(answer.ranked), start=1):
            tallies.setdefault(key, _Tally()).add(confidence, rank, answer.order)
    scores = {key: _score(tally.terms()) for key, tally in tallies.items()}
    total = sum(scores.values(), Fraction(0))
    pooled = [
        PooledDiagnosis(
            key=key,
            score=scores[key],
            share=scores[key] / total,
            first_ranks=tally.first_ranks,
            mentions=tally.counts.total(),
            earliest=tally.earliest,
            terms=tally.terms(),
            confidence_score=tally.confidence_score,
        )
        for key, tally in tallies.items()
    ]
    return sorted(pooled, key=_sort_key)


def pool_by_record_weight(answers: Sequence[RankedAnswer]) -> list[tuple[str, Fraction]]:
    """Each diagnosis and its share if every answer counts by its record weight; best first.

    Equal shares keep the order of `pool`. It is shown as a second column and never replaces `pool`.
    """
    order = {diagnosis.key: position for position, diagnosis in enumerate(pool(answers))}
    scores = dict.fromkeys(order, Fraction(0))
    for answer in answers:
        for rank, key in enumerate(dict.fromkeys(answer.ranked), start=1):
            scores[key] += answer.record_weight / rank
    total = sum(scores.values(), Fraction(0))
    ordered = sorted(scores.items(), key=lambda item: (-item[1], order[item[0]]))
    return [(key, score / total) for key, score in ordered]


def merge_keys(answers: Iterable[RankedAnswer], into: Mapping[str, str]) -> list[RankedAnswer]:
    """The answers with synonymous keys replaced by one key, which keeps its better rank."""
    return [
        replace(answer, ranked=tuple(dict.fromkeys(into.get(key, key) for key in answer.ranked)))
        for answer in answers
    ]


def first_choices(answers: Iterable[RankedAnswer]) -> list[str]:
    return [answer.ranked[0] for answer in answers if answer.ranked]


def round_percent(share: Fraction) -> int:
    """A share (0 to 1) as a whole percentage, half rounded up."""
    return int(share * 100 + Fraction(1, 2))


def _sort_key(diagnosis: PooledDiagnosis) -> tuple[Fraction, Fraction, int, int, str]:
    return (
        -diagnosis.score,
        -diagnosis.confidence_score,
        -diagnosis.first_ranks,
        diagnosis.earliest,
        diagnosis.key,
    )


def _score(terms: Iterable[ScoreTerm]) -> Fraction:
    return sum((Fraction(term.count, term.rank) for term in terms), Fraction(0))


@dataclass
class _Tally:
    """Answers counted by rank, in whole numbers. Fractions are computed once, at the end."""

    counts: Counter[int] = field(default_factory=Counter)
    confidences: Counter[int] = field(default_factory=Counter)
    earliest: int = 0

    def add(self, confidence: int, rank: int, order: int) -> None:
        self.earliest = min(self.earliest, order) if self.counts else order
        self.counts[rank] += 1
        self.confidences[rank] += confidence

    @property
    def first_ranks(self) -> int:
        return self.counts[1]

    @property
    def confidence_score(self) -> Fraction:
        return sum((Fraction(total, rank) for rank, total in self.confidences.items()), Fraction(0))

    def terms(self) -> tuple[ScoreTerm, ...]:
        """Best rank first."""
        return tuple(ScoreTerm(count, rank) for rank, count in sorted(self.counts.items()))
