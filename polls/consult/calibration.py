"""How accurate a member's answers were: top-1 and top-3 accuracy, Brier score, calibration.

Each closed case gives one `ScoredAnswer`. Nothing here knows whose answers they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

# The probability that the first diagnosis is right, for each confidence: the middles of five equal
# parts of 0 to 1. Shown beside the scale, so that all members mean the same.
STATED_PROBABILITY = {1: 0.1, 2: 0.3, 3: 0.5, 4: 0.7, 5: 0.9}
TOP = 3


@dataclass(frozen=True)
class ScoredAnswer:
    """One answer to a case with a known outcome. `ranked` is best first, with keys as `truth`."""

    ranked: tuple[str, ...]
    truth: str
    confidence: int | None = None
    specialty: str = ""

    @property
    def rank_of_truth(self) -> int | None:
        """1 if the truth was the first choice; None if it was not named."""
        return self.ranked.index(self.truth) + 1 if self.truth in self.ranked else None


@dataclass(frozen=True)
class CalibrationBin:
    """One confidence level of the calibration plot: of `n` answers, `n_right` were right."""

    confidence: int
    stated: float
    n: int
    n_right: int

    @property
    def observed(self) -> float:
        return self.n_right / self.n


@dataclass(frozen=True)
class Calibration:
    """Accuracy over `n` answers, of which `n_stated` have a confidence.

    `brier` is the mean squared error of the stated probability: 0 is perfect, 0.25 is what always
    stating 0.5 gives. None if no answer has a confidence.
    """

    n: int
    n_top_1: int
    n_top_3: int
    n_stated: int
    brier: float | None
    bins: tuple[CalibrationBin, ...]

    @property
    def top_1_accuracy(self) -> float:
        return self.n_top_1 / self.n if self.n else 0.0

    @property
    def top_3_accuracy(self) -> float:
        return self.n_top_3 / self.n if self.n else 0.0


def calibrate(answers: Iterable[ScoredAnswer]) -> Calibration:
    """Accuracy and calibration over all answers that name at least one diagnosis."""
    given = [answer for answer in answers if answer.ranked]
    stated = [answer for answer in given if answer.confidence in STATED_PROBABILITY]
    errors = [_squared_error(answer) for answer in stated]
    ranks = [answer.rank_of_truth for answer in given]
    return Calibration(
        n=len(given),
        n_top_1=sum(rank == 1 for rank in ranks),
        n_top_3=sum(rank is not None and rank <= TOP for rank in ranks),
        n_stated=len(stated),
        brier=sum(errors) / len(errors) if errors else None,
        bins=_bins(stated),
    )


def calibrate_by_specialty(answers: Iterable[ScoredAnswer]) -> dict[str, Calibration]:
    """`calibrate` for each specialty of the cases; most answers first, then by name."""
    groups: dict[str, list[ScoredAnswer]] = defaultdict(list)
    for answer in answers:
        if answer.ranked:
            groups[answer.specialty].append(answer)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return {name: calibrate(group) for name, group in ordered}


def _squared_error(answer: ScoredAnswer) -> float:
    """(Stated probability - outcome)², where the outcome is 1 if right and 0 if wrong."""
    return (STATED_PROBABILITY[answer.confidence or 0] - (answer.rank_of_truth == 1)) ** 2


def _bins(stated: Sequence[ScoredAnswer]) -> tuple[CalibrationBin, ...]:
    bins = []
    for confidence, probability in STATED_PROBABILITY.items():
        group = [answer for answer in stated if answer.confidence == confidence]
        if group:
            n_right = sum(answer.rank_of_truth == 1 for answer in group)
            bins.append(CalibrationBin(confidence, probability, len(group), n_right))
    return tuple(bins)


# The record weight is computed as if there were ten earlier cases with average results.
PRIOR_CASES = 10
MIN_WEIGHT, MAX_WEIGHT = Fraction(1, 2), Fraction(2)
QUARTERS = 4


def record_weight(ranks: Iterable[int | None]) -> Fraction:
    """The weight of a member's answers in one specialty: 1/2 to 2, in quarters; 1 without cases.

    `ranks` are the ranks of the truth in the member's closed cases, None where it was not named.
    A case earns 2 points for rank 1, 1 point for rank 2 or 3, else 0. If 45 % are right at rank 1
    and 62.5 % within three (Barnett 2019), the mean is 1.08, so an average member stays at 1.
    """
    points = [_points(rank) for rank in ranks]
    weight = Fraction(PRIOR_CASES + sum(points), PRIOR_CASES + len(points))
    quarters = int(min(max(weight, MIN_WEIGHT), MAX_WEIGHT) * QUARTERS + Fraction(1, 2))
    return Fraction(quarters, QUARTERS)


def _points(rank: int | None) -> int:
    if rank == 1:
        return 2
    return 1 if rank is not None and rank <= TOP else 0
