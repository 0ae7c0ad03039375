"""What stated confidence is worth among few answers: three rules on the same panels.

Somebody's confidence follows from how far the first choice stands before the second in their own
eyes, plus noise; steps of 0.6, from 1 to 5.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

from polls.consult.pooling import Answer, Pooled, pool
from polls.consult.simulation import Model, Score, draw_colleague, draw_puzzle, seen_by

RULES = ("1/r", "1/r x confidence", "1/r, ties by confidence")
STEP = 0.6
NOISES = (0.3, 1.0)
FEW = (2, 3, 4)


def few(model: Model, *, size: int, noise: float, cases: int, seed: int) -> dict[str, Score]:
    """How often each rule had the truth first, and among three."""
    chance = random.Random(f"{seed}:{size}:{noise}")
    scores = {rule: Score() for rule in RULES}
    for _ in range(cases):
        puzzle = draw_puzzle(model, chance)
        answers = []
        for order in range(size):
            colleague = draw_colleague(model, chance, closed=0)
            seen = seen_by(colleague, puzzle, chance)
            gap = seen[0][0] - seen[1][0] + chance.gauss(0, noise)
            sure = min(5, max(1, 1 + int(gap / STEP)))
            ranked = tuple(name for _, name in seen[: chance.randint(1, 3)])
            answers.append(Answer(ranked, sure, order=order))
        for rule, ranking in zip(RULES, _rankings(answers), strict=True):
            scores[rule].add(ranking)
    return scores


def _rankings(answers: Sequence[Answer]) -> tuple[list[str], list[str], list[str]]:
    """Without confidence, weighed by it, and by the product's own rule."""
    silent = pool(Answer(one.ranked, None, one.specialty, one.order) for one in answers)
    pooled = pool(answers)
    weighed = sorted(pooled, key=_weighed)
    return ([one.key for one in silent], [one.key for one in weighed], [one.key for one in pooled])


def _weighed(one: Pooled) -> tuple[Fraction, int, int]:
    return (-one.surety, -one.first_ranks, one.earliest)
