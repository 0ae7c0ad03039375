"""Simulated colleagues answer simulated cases.

The model, chosen before anything was fitted:

- A case has a specialty, a difficulty (normal, standard deviation `case_sd`) and `n_distractors`
  wrong diagnoses. Each wrong diagnosis has an attraction in this case (normal, `attraction_sd`),
  which is the same for all who see the case: this makes errors correlated.
- A colleague has a general skill (normal, `skill_sd`) and a deviation from it in each specialty
  (normal, `specialty_sd`).
- Each colleague sees a diagnosis as attractive as its attraction (for the truth: skill minus
  difficulty) plus Gumbel noise, and lists the most attractive ones, best first. With this noise the
  first choice is a multinomial logit (McFadden 1974) and the list a Plackett-Luce ranking.

One number is fitted: the mean skill, so that one colleague alone has the truth among the first
three as often as in Barnett et al. 2019 (JAMA Netw Open, PMC6484633), 62.5 %. What nine colleagues
reach is then a result of the model and not an input.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from polls.consult import record_weight

SPECIALTIES = ("cardiology", "dermatology", "infectious", "neurology", "rheumatology")
SOLO_TOP_3_RATE = 0.625
MAX_LISTED = 3
TRUTH = "truth"


@dataclass(frozen=True)
class SimulationModel:
    """Standard deviations in units of the logit; `mean` is the one fitted number."""

    mean: float = 0.0
    case_sd: float = 1.5
    attraction_sd: float = 1.0
    skill_sd: float = 0.5
    specialty_sd: float = 0.7
    n_distractors: int = 15


@dataclass(frozen=True)
class SimulatedColleague:
    """True skill by specialty, and the record weight from closed cases in each specialty."""

    skill: dict[str, float]
    weight: dict[str, Fraction]


@dataclass(frozen=True)
class SimulatedCase:
    """One case: its specialty, its difficulty, and the attraction of each wrong diagnosis."""

    specialty: str
    difficulty: float
    attractions: tuple[float, ...]


def draw_case(model: SimulationModel, rng: random.Random) -> SimulatedCase:
    return SimulatedCase(
        specialty=rng.choice(SPECIALTIES),
        difficulty=rng.gauss(0, model.case_sd),
        attractions=tuple(rng.gauss(0, model.attraction_sd) for _ in range(model.n_distractors)),
    )


def draw_colleague(
    model: SimulationModel, rng: random.Random, *, n_closed: int
) -> SimulatedColleague:
    """A colleague with `n_closed` closed cases in each specialty; 0 for a newcomer."""
    general = rng.gauss(model.mean, model.skill_sd)
    skill = {name: general + rng.gauss(0, model.specialty_sd) for name in SPECIALTIES}
    colleague = SimulatedColleague(skill, dict.fromkeys(SPECIALTIES, Fraction(1)))
    if not n_closed:
        return colleague
    weights = {}
    for name in SPECIALTIES:
        cases = (replace(draw_case(model, rng), specialty=name) for _ in range(n_closed))
        weights[name] = record_weight(
            rank_of_truth(ranked_answer(colleague, case, rng)) for case in cases
        )
    return replace(colleague, weight=weights)


def ranked_answer(
    colleague: SimulatedColleague, case: SimulatedCase, rng: random.Random
) -> tuple[str, ...]:
    """One to three diagnoses, the most attractive first; the length is random."""
    perceived = perceived_ranking(colleague, case, rng)
    return tuple(name for _, name in perceived[: rng.randint(1, MAX_LISTED)])


def perceived_ranking(
    colleague: SimulatedColleague, case: SimulatedCase, rng: random.Random
) -> list[tuple[float, str]]:
    """Every diagnosis of the case with its attraction for this colleague, the highest first."""
    own = colleague.skill[case.specialty] - case.difficulty
    perceived = [(own + _gumbel(rng), TRUTH)]
    perceived += [
        (attraction + _gumbel(rng), f"rival {n}") for n, attraction in enumerate(case.attractions)
    ]
    return sorted(perceived, reverse=True)


def _gumbel(rng: random.Random) -> float:
    return -math.log(-math.log(rng.random() or 1e-300))


def rank_of_truth(ranked: Sequence[str]) -> int | None:
    """1 for the first choice; None if the truth is not listed."""
    return ranked.index(TRUTH) + 1 if TRUTH in ranked else None


def fit_mean_skill(
    model: SimulationModel, *, target: float = SOLO_TOP_3_RATE, n_cases: int = 4000, seed: int = 1
) -> SimulationModel:
    """The model with the mean skill at which one colleague has the truth among three this often.

    Found by bisection with 14 steps.
    """
    low, high = -6.0, 10.0
    for _ in range(14):
        middle = (low + high) / 2
        if solo_top_3_rate(replace(model, mean=middle), n_cases=n_cases, seed=seed) < target:
            low = middle
        else:
            high = middle
    return replace(model, mean=(low + high) / 2)


def solo_top_3_rate(model: SimulationModel, *, n_cases: int, seed: int) -> float:
    """How often one colleague alone has the truth among the first three (0 to 1)."""
    rng = random.Random(seed)
    n_right = 0
    for _ in range(n_cases):
        colleague = draw_colleague(model, rng, n_closed=0)
        answer = ranked_answer(colleague, draw_case(model, rng), rng)
        n_right += rank_of_truth(answer) is not None
    return n_right / n_cases
