"""Synthetic colleagues answer synthetic cases: what pooling gains, and what it does not.

The model, chosen before anything was fitted:

- A case has a specialty, a difficulty (normal, standard deviation `CASE_SD`) and `RIVALS` wrong
  diagnoses. Each rival has a pull of its own in this case (normal, `PULL_SD`), the same for
  everybody who sees the case: that is what makes errors correlated.
- A colleague has a skill (normal, `SKILL_SD`) and, apart from it, a skill in each specialty
  (normal, `FIELD_SD`).
- Each sees a diagnosis as attractive as its pull (for the truth: skill minus difficulty) plus
  Gumbel noise, and lists the most attractive ones, best first. With this noise the first choice is
  a multinomial logit (McFadden 1974) and the list a Plackett-Luce ranking.

One number is fitted: the mean skill, so that one colleague alone has the truth among the first
three as often as in Barnett et al. 2019 (JAMA Netw Open, PMC6484633), 62.5 %. What nine make of it
is then an outcome of the model and no input.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from polls.consult.calibration import record_weight
from polls.consult.pooling import Answer, by_record, pool

FIELDS = ("cardiology", "dermatology", "infectious", "neurology", "rheumatology")
ALONE = 0.625
LISTED = 3
TRUTH = "truth"


@dataclass(frozen=True)
class Model:
    """Standard deviations in units of the logit; `mean` is the one fitted number."""

    mean: float = 0.0
    case_sd: float = 1.5
    pull_sd: float = 1.0
    skill_sd: float = 0.5
    field_sd: float = 0.7
    rivals: int = 15


@dataclass(frozen=True)
class Colleague:
    """Somebody's true skill by field, and the record their closed cases gave them there."""

    skill: dict[str, float]
    weight: dict[str, Fraction]


@dataclass(frozen=True)
class Puzzle:
    """One case: how hard it is, and how strongly each wrong diagnosis pulls."""

    field: str
    difficulty: float
    pulls: tuple[float, ...]


@dataclass(frozen=True)
class Rate:
    """`hits` of `n`, with the Wilson 95 % interval."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        return self.hits / self.n

    @property
    def interval(self) -> tuple[float, float]:
        z, p, n = 1.96, self.value, self.n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return middle - half, middle + half


def draw_puzzle(model: Model, chance: random.Random) -> Puzzle:
    return Puzzle(
        field=chance.choice(FIELDS),
        difficulty=chance.gauss(0, model.case_sd),
        pulls=tuple(chance.gauss(0, model.pull_sd) for _ in range(model.rivals)),
    )


def draw_colleague(model: Model, chance: random.Random, *, closed: int) -> Colleague:
    """With `closed` closed cases in each field behind them; none for somebody new."""
    common = chance.gauss(model.mean, model.skill_sd)
    skill = {field: common + chance.gauss(0, model.field_sd) for field in FIELDS}
    someone = Colleague(skill, dict.fromkeys(FIELDS, Fraction(1)))
    if not closed:
        return someone
    weights = {}
    for field in FIELDS:
        puzzles = (replace(draw_puzzle(model, chance), field=field) for _ in range(closed))
        weights[field] = record_weight(
            _place(answer(someone, puzzle, chance)) for puzzle in puzzles
        )
    return replace(someone, weight=weights)


def answer(colleague: Colleague, puzzle: Puzzle, chance: random.Random) -> tuple[str, ...]:
    """One, two or three diagnoses, the most attractive first: not everybody fills the list."""
    seen = seen_by(colleague, puzzle, chance)
    return tuple(name for _, name in seen[: chance.randint(1, LISTED)])


def seen_by(colleague: Colleague, puzzle: Puzzle, chance: random.Random) -> list[tuple[float, str]]:
    """Every diagnosis of the case by how attractive it looks to this colleague, the most first."""
    own = colleague.skill[puzzle.field] - puzzle.difficulty
    seen = [(own + _gumbel(chance), TRUTH)]
    seen += [(pull + _gumbel(chance), f"rival {n}") for n, pull in enumerate(puzzle.pulls)]
    return sorted(seen, reverse=True)


def _gumbel(chance: random.Random) -> float:
    return -math.log(-math.log(chance.random() or 1e-300))


def _place(ranked: Sequence[str]) -> int | None:
    return ranked.index(TRUTH) + 1 if TRUTH in ranked else None


def fit(model: Model, *, target: float = ALONE, cases: int = 4000, seed: int = 1) -> Model:
    """The mean skill at which one alone has the truth among three in `target` of the cases."""
    low, high = -6.0, 10.0
    for _ in range(14):
        middle = (low + high) / 2
        if alone(replace(model, mean=middle), cases=cases, seed=seed) < target:
            low = middle
        else:
            high = middle
    return replace(model, mean=(low + high) / 2)


def alone(model: Model, *, cases: int, seed: int) -> float:
    chance = random.Random(seed)
    hits = 0
    for _ in range(cases):
        colleague = draw_colleague(model, chance, closed=0)
        hits += _place(answer(colleague, draw_puzzle(model, chance), chance)) is not None
    return hits / cases


# --- ways to make one list of many ----------------------------------------------------------------

Lists = Sequence[tuple[str, ...]]


def plurality(lists: Lists) -> list[str]:
    """First choices counted; ties to what was said first."""
    counts = Counter(ranked[0] for ranked in lists)
    return [name for name, _ in counts.most_common()]


def reciprocal(lists: Lists) -> list[str]:
    """The product's own rule (`polls.consult.pool`)."""
    return [one.key for one in pool(Answer(ranked, order=n) for n, ranked in enumerate(lists))]


def weighted(lists: Lists, weights: Sequence[Fraction]) -> list[str]:
    """1/r times each member's record (`polls.consult.by_record`)."""
    answers = [
        Answer(ranked, order=n, record=weight)
        for n, (ranked, weight) in enumerate(zip(lists, weights, strict=True))
    ]
    return [name for name, _share in by_record(answers)]


# --- experiments ----------------------------------------------------------------------------------

METHODS = ("one colleague", "best single", "plurality", "1/r", "1/r, by record")


@dataclass
class Score:
    """How often a way of pooling had the truth first, and among three."""

    first: int = 0
    within_three: int = 0
    n: int = 0

    def add(self, ranking: Sequence[str]) -> None:
        self.n += 1
        self.first += ranking[0] == TRUTH
        self.within_three += TRUTH in ranking[:LISTED]

    @property
    def top_1(self) -> Rate:
        return Rate(self.first, self.n)

    @property
    def top_3(self) -> Rate:
        return Rate(self.within_three, self.n)


@dataclass(frozen=True)
class Newcomers:
    """What record weights do to the truth where somebody new put it first: rises and falls."""

    cases: int
    raised: int
    lowered: int


@dataclass(frozen=True)
class Outcome:
    """One size of panel."""

    size: int
    scores: dict[str, Score]
    # Cases in which only one of the two rules had the truth first: by record, without.
    gained: int
    lost: int
    newcomers: Newcomers


def experiment(
    model: Model, *, size: int, cases: int, seed: int, closed: int = 20, new_in: int = 4
) -> Outcome:
    """Panels of `size`, drawn anew for each case; every `new_in`th colleague has no record."""
    chance = random.Random(f"{seed}:{size}")
    people = [
        draw_colleague(model, chance, closed=0 if n % new_in == 0 else closed)
        for n in range(PEOPLE)
    ]
    scores = {name: Score() for name in METHODS}
    gained = lost = named = raised = lowered = 0
    for _ in range(cases):
        puzzle = draw_puzzle(model, chance)
        panel = chance.sample(people, size)
        lists = [answer(one, puzzle, chance) for one in panel]
        weights = [one.weight[puzzle.field] for one in panel]
        plain, by_record = reciprocal(lists), weighted(lists, weights)
        best = max(range(size), key=lambda n: panel[n].skill[puzzle.field])
        for name, ranking in zip(
            METHODS, (lists[0], lists[best], plurality(lists), plain, by_record), strict=True
        ):
            scores[name].add(ranking)
        gained += by_record[0] == TRUTH != plain[0]
        lost += plain[0] == TRUTH != by_record[0]
        if any(w == 1 and r[0] == TRUTH for w, r in zip(weights, lists, strict=True)):
            named += 1
            raised += by_record.index(TRUTH) < plain.index(TRUTH)
            lowered += by_record.index(TRUTH) > plain.index(TRUTH)
    return Outcome(size, scores, gained, lost, Newcomers(named, raised, lowered))


PEOPLE = 400


def all_new(model: Model, *, size: int, cases: int, seed: int) -> bool:
    """Whether panels of newcomers get the very same list by record as without."""
    chance = random.Random(f"new:{seed}:{size}")
    people = [draw_colleague(model, chance, closed=0) for _ in range(size)]
    for _ in range(cases):
        puzzle = draw_puzzle(model, chance)
        lists = [answer(one, puzzle, chance) for one in people]
        if weighted(lists, [one.weight[puzzle.field] for one in people]) != reciprocal(lists):
            return False
    return True


# --- the case of 231 answers ----------------------------------------------------------------------


def replay(
    *,
    teller: str,
    minority: Callable[[Sequence[Answer], dict[str, str], Callable[[str], str]], list[str]],
    seed: int = 231,
) -> tuple[int, list[str]]:
    """231 answers, 16 diagnoses, one of them right and given once, surely, by `teller`.

    The place of the truth in the pooled list, and the minority report. The truth belongs to
    cardiology; the other 230 are of other specialties.
    """
    chance = random.Random(seed)
    wrong = [f"diagnosis {n}" for n in range(1, 16)]
    likely = [1 / n for n in range(1, 16)]
    others = ("family", "internal", "emergency", "pulmonology", "neurology")
    answers = [
        Answer(
            tuple(dict.fromkeys(chance.choices(wrong, likely, k=2))),
            confidence=chance.randint(1, 5),
            specialty=chance.choice(others),
            order=n,
        )
        for n in range(230)
    ]
    answers.append(Answer((TRUTH,), confidence=5, specialty=teller, order=230))
    owners = dict.fromkeys(wrong, "internal") | {TRUTH: "cardiology"}
    place = [one.key for one in pool(answers)].index(TRUTH) + 1
    told = minority(answers, owners, lambda slug: slug)
    return place, [name for name in told if name == TRUTH]


def shapes(base: Model, *, size: int, cases: int, seed: int) -> Iterable[tuple[Model, Rate]]:
    """The figure at `size` for other standard deviations, each fitted to one colleague alone."""
    variants = (
        base,
        replace(base, case_sd=base.case_sd / 2),
        replace(base, case_sd=base.case_sd * 1.5),
        replace(base, pull_sd=base.pull_sd / 2),
        replace(base, pull_sd=base.pull_sd * 1.5),
    )
    for variant in variants:
        fitted = fit(variant, cases=2000, seed=seed)
        found = experiment(fitted, size=size, cases=cases, seed=seed, closed=0)
        yield fitted, found.scores["1/r"].top_3
