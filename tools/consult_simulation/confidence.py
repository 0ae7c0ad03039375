"""What stated confidence is worth among few answers: three rules on the same panels.

A colleague's confidence follows from how far their first choice is ahead of the second, plus
noise, in steps of 0.6, from 1 to 5.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

from polls.consult import PooledDiagnosis, RankedAnswer, pool
from tools.consult_simulation.experiments import MethodScore
from tools.consult_simulation.model import (
    MAX_LISTED,
    SimulationModel,
    draw_case,
    draw_colleague,
    perceived_ranking,
)

RULES = ("1/r", "1/r x confidence", "1/r, ties by confidence")
CONFIDENCE_STEP = 0.6
NOISE_LEVELS = (0.3, 1.0)
PANEL_SIZES = (2, 3, 4)


def compare_confidence_rules(
    model: SimulationModel, *, size: int, noise: float, n_cases: int, seed: int
) -> dict[str, MethodScore]:
    """How often each rule had the truth first, and among three."""
    rng = random.Random(f"{seed}:{size}:{noise}")
    scores = {rule: MethodScore() for rule in RULES}
    for _ in range(n_cases):
        case = draw_case(model, rng)
        answers = []
        for order in range(size):
            colleague = draw_colleague(model, rng, n_closed=0)
            perceived = perceived_ranking(colleague, case, rng)
            lead = perceived[0][0] - perceived[1][0] + rng.gauss(0, noise)
            confidence = min(5, max(1, 1 + int(lead / CONFIDENCE_STEP)))
            ranked = tuple(name for _, name in perceived[: rng.randint(1, MAX_LISTED)])
            answers.append(RankedAnswer(ranked, confidence, order=order))
        for rule, ranking in zip(RULES, _rankings(answers), strict=True):
            scores[rule].add(ranking)
    return scores


def _rankings(answers: Sequence[RankedAnswer]) -> tuple[list[str], list[str], list[str]]:
    """Without confidence, weighted by confidence, and by the product's own rule."""
    unstated = pool(
        RankedAnswer(answer.ranked, None, answer.specialty, answer.order) for answer in answers
    )
    pooled = pool(answers)
    weighted = sorted(pooled, key=_by_confidence)
    return (_keys(unstated), _keys(weighted), _keys(pooled))


def _keys(ranking: Sequence[PooledDiagnosis]) -> list[str]:
    return [diagnosis.key for diagnosis in ranking]


def _by_confidence(diagnosis: PooledDiagnosis) -> tuple[Fraction, int, int]:
    return (-diagnosis.confidence_score, -diagnosis.first_ranks, diagnosis.earliest)
