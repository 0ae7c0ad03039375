"""Panels of simulated colleagues, pooled in several ways."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from polls.consult import RankedAnswer, pool, pool_by_record_weight
from tools.consult_simulation.model import (
    MAX_LISTED,
    TRUTH,
    SimulationModel,
    draw_case,
    draw_colleague,
    fit_mean_skill,
    ranked_answer,
)

POPULATION = 400
METHODS = ("one colleague", "best single", "plurality", "1/r", "1/r, by record")
Lists = Sequence[tuple[str, ...]]
MinorityReport = Callable[[Sequence[RankedAnswer], dict[str, str], Callable[[str], str]], list[str]]


@dataclass(frozen=True)
class Proportion:
    """`n_right` of `n`, with the Wilson 95 % interval."""

    n_right: int
    n: int

    @property
    def value(self) -> float:
        return self.n_right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        z, p, n = 1.96, self.value, self.n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return middle - half, middle + half


def pool_by_plurality(lists: Lists) -> list[str]:
    """First choices counted; ties are ordered by the earlier list."""
    counts = Counter(ranked[0] for ranked in lists)
    return [name for name, _ in counts.most_common()]


def pool_by_rank(lists: Lists) -> list[str]:
    """The product's own rule (`polls.consult.pool`)."""
    answers = (RankedAnswer(ranked, order=n) for n, ranked in enumerate(lists))
    return [diagnosis.key for diagnosis in pool(answers)]


def pool_by_weight(lists: Lists, weights: Sequence[Fraction]) -> list[str]:
    """1/r times each member's record weight (`polls.consult.pool_by_record_weight`)."""
    answers = [
        RankedAnswer(ranked, order=n, record_weight=weight)
        for n, (ranked, weight) in enumerate(zip(lists, weights, strict=True))
    ]
    return [name for name, _share in pool_by_record_weight(answers)]


@dataclass
class MethodScore:
    """How often a way of pooling had the truth first, and among three."""

    n_first: int = 0
    n_among_three: int = 0
    n: int = 0

    def add(self, ranking: Sequence[str]) -> None:
        self.n += 1
        self.n_first += ranking[0] == TRUTH
        self.n_among_three += TRUTH in ranking[:MAX_LISTED]

    @property
    def top_1(self) -> Proportion:
        return Proportion(self.n_first, self.n)

    @property
    def top_3(self) -> Proportion:
        return Proportion(self.n_among_three, self.n)


@dataclass(frozen=True)
class NewcomerEffect:
    """Cases in which a newcomer put the truth first, and how record weights moved its rank."""

    n_cases: int
    n_raised: int
    n_lowered: int


@dataclass(frozen=True)
class PanelResult:
    """The result for one panel size."""

    size: int
    scores: dict[str, MethodScore]
    # Cases in which only one of two rules had the truth first: with record weights, without.
    n_gained: int
    n_lost: int
    newcomers: NewcomerEffect


def run_panels(
    model: SimulationModel,
    *,
    size: int,
    n_cases: int,
    seed: int,
    n_closed: int = 20,
    newcomer_every: int = 4,
) -> PanelResult:
    """Panels of `size`, drawn again for each case; every `newcomer_every`th colleague is new."""
    rng = random.Random(f"{seed}:{size}")
    people = [
        draw_colleague(model, rng, n_closed=0 if n % newcomer_every == 0 else n_closed)
        for n in range(POPULATION)
    ]
    scores = {name: MethodScore() for name in METHODS}
    gained = lost = n_newcomer_cases = raised = lowered = 0
    for _ in range(n_cases):
        case = draw_case(model, rng)
        panel = rng.sample(people, size)
        lists = [ranked_answer(colleague, case, rng) for colleague in panel]
        weights = [colleague.weight[case.specialty] for colleague in panel]
        plain, weighted = pool_by_rank(lists), pool_by_weight(lists, weights)
        best = max(range(size), key=lambda n: panel[n].skill[case.specialty])
        rankings = (lists[0], lists[best], pool_by_plurality(lists), plain, weighted)
        for name, ranking in zip(METHODS, rankings, strict=True):
            scores[name].add(ranking)
        gained += weighted[0] == TRUTH != plain[0]
        lost += plain[0] == TRUTH != weighted[0]
        if any(w == 1 and r[0] == TRUTH for w, r in zip(weights, lists, strict=True)):
            n_newcomer_cases += 1
            raised += weighted.index(TRUTH) < plain.index(TRUTH)
            lowered += weighted.index(TRUTH) > plain.index(TRUTH)
    newcomers = NewcomerEffect(n_newcomer_cases, raised, lowered)
    return PanelResult(size, scores, gained, lost, newcomers)


def newcomer_panels_are_unweighted(
    model: SimulationModel, *, size: int, n_cases: int, seed: int
) -> bool:
    """Whether panels of newcomers only get the same ranking with record weights as without."""
    rng = random.Random(f"new:{seed}:{size}")
    people = [draw_colleague(model, rng, n_closed=0) for _ in range(size)]
    for _ in range(n_cases):
        case = draw_case(model, rng)
        lists = [ranked_answer(colleague, case, rng) for colleague in people]
        weights = [colleague.weight[case.specialty] for colleague in people]
        if pool_by_weight(lists, weights) != pool_by_rank(lists):
            return False
    return True


def run_231_answers(
    *, specialist: str, minority_report: MinorityReport, seed: int = 231
) -> tuple[int, list[str]]:
    """231 answers, 16 diagnoses; one is right and named once, with confidence 5, by `specialist`.

    Returns the rank of the truth in the group ranking, and the minority report. The truth belongs
    to cardiology; the other 230 members have other specialties.
    """
    rng = random.Random(seed)
    wrong = [f"diagnosis {n}" for n in range(1, 16)]
    frequencies = [1 / n for n in range(1, 16)]
    others = ("family", "internal", "emergency", "pulmonology", "neurology")
    answers = [
        RankedAnswer(
            tuple(dict.fromkeys(rng.choices(wrong, frequencies, k=2))),
            confidence=rng.randint(1, 5),
            specialty=rng.choice(others),
            order=n,
        )
        for n in range(230)
    ]
    answers.append(RankedAnswer((TRUTH,), confidence=5, specialty=specialist, order=230))
    owners = dict.fromkeys(wrong, "internal") | {TRUTH: "cardiology"}
    rank = [diagnosis.key for diagnosis in pool(answers)].index(TRUTH) + 1
    report = minority_report(answers, owners, lambda slug: slug)
    return rank, [name for name in report if name == TRUTH]


def run_sensitivity(
    base: SimulationModel, *, size: int, n_cases: int, seed: int
) -> Iterable[tuple[SimulationModel, Proportion]]:
    """The top-3 rate at `size` for other standard deviations, each fitted to one colleague."""
    variants = (
        base,
        replace(base, case_sd=base.case_sd / 2),
        replace(base, case_sd=base.case_sd * 1.5),
        replace(base, attraction_sd=base.attraction_sd / 2),
        replace(base, attraction_sd=base.attraction_sd * 1.5),
    )
    for variant in variants:
        fitted = fit_mean_skill(variant, n_cases=2000, seed=seed)
        result = run_panels(fitted, size=size, n_cases=n_cases, seed=seed, n_closed=0)
        yield fitted, result.scores["1/r"].top_3
