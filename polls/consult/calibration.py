"""How well somebody's answers held: hit rates, Brier score, and whether confidence meant anything.

A closed case gives one `Told`. Nothing here knows whose answers they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

# What each step of confidence says about the first diagnosis being right: the middles of five
# equal parts of 0 to 1. Printed beside the scale, so that everybody means the same.
STATED = {1: 0.1, 2: 0.3, 3: 0.5, 4: 0.7, 5: 0.9}
TOP = 3


@dataclass(frozen=True)
class Told:
    """One answer to a case whose outcome is known. `ranked` best first, keys as `truth`."""

    ranked: tuple[str, ...]
    truth: str
    confidence: int | None = None
    specialty: str = ""

    @property
    def place(self) -> int | None:
        """Where the truth stood, 1 for first; None where it was not named."""
        return self.ranked.index(self.truth) + 1 if self.truth in self.ranked else None


@dataclass(frozen=True)
class Step:
    """One step of the reliability plot: of `n` answers this sure, `right` were right."""

    confidence: int
    stated: float
    n: int
    right: int

    @property
    def observed(self) -> float:
        return self.right / self.n


@dataclass(frozen=True)
class Calibration:
    """`brier` is None where no answer gave a confidence: 0 is perfect, 0.25 always saying half."""

    n: int
    first: int
    within_three: int
    n_stated: int
    brier: float | None
    steps: tuple[Step, ...]

    @property
    def hit_at_1(self) -> float:
        return self.first / self.n if self.n else 0.0

    @property
    def hit_at_3(self) -> float:
        return self.within_three / self.n if self.n else 0.0


def calibrate(told: Iterable[Told]) -> Calibration:
    """Over all answers with at least one diagnosis; the order of answers changes nothing."""
    given = [one for one in told if one.ranked]
    stated = [one for one in given if one.confidence in STATED]
    squares = [_square(one) for one in stated]
    return Calibration(
        n=len(given),
        first=sum(one.place == 1 for one in given),
        within_three=sum(one.place is not None and one.place <= TOP for one in given),
        n_stated=len(stated),
        brier=sum(squares) / len(squares) if squares else None,
        steps=_steps(stated),
    )


def by_specialty(told: Iterable[Told]) -> dict[str, Calibration]:
    """The same for each specialty of the cases, most answers first, then by name."""
    groups: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.ranked:
            groups[one.specialty].append(one)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return {name: calibrate(group) for name, group in ordered}


def _square(one: Told) -> float:
    """Brier: the squared distance between what was stated and what happened (1 right, 0 wrong)."""
    return (STATED[one.confidence or 0] - (one.place == 1)) ** 2


def _steps(stated: Sequence[Told]) -> tuple[Step, ...]:
    steps = []
    for confidence, probability in STATED.items():
        group = [one for one in stated if one.confidence == confidence]
        if group:
            right = sum(one.place == 1 for one in group)
            steps.append(Step(confidence, probability, len(group), right))
    return tuple(steps)


# A record counts as if ten earlier cases had gone as an average colleague's do.
PRIOR = 10
LEAST, MOST = Fraction(1, 2), Fraction(2)
QUARTERS = 4


def record_weight(places: Iterable[int | None]) -> Fraction:
    """What somebody's closed cases of one specialty make their list weigh: 1/2 to 2, in quarters.

    A case earns 2 where the truth stood first, 1 at the second or third place, else 0. Where 45 %
    are right at once and 62.5 % within three (Barnett 2019), the mean is 1.08, so an average
    colleague stays at 1. Without cases the weight is 1.
    """
    earned = [_earned(place) for place in places]
    weight = Fraction(PRIOR + sum(earned), PRIOR + len(earned))
    quarters = int(min(max(weight, LEAST), MOST) * QUARTERS + Fraction(1, 2))
    return Fraction(quarters, QUARTERS)


def _earned(place: int | None) -> int:
    if place == 1:
        return 2
    return 1 if place is not None and place <= TOP else 0
