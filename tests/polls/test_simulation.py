"""The simulation draws what it says, reproducibly; its figures are printed by a command."""

from __future__ import annotations

import random
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from polls.consult import minority
from polls.consult import simulation as sim

EASY = sim.Model(mean=30.0)


def test_the_same_seed_draws_the_same_cases() -> None:
    first, again, other = (
        sim.experiment(sim.Model(mean=3), size=5, cases=60, seed=seed) for seed in (7, 7, 8)
    )

    assert first == again
    assert first != other


def test_the_fit_meets_its_target_and_nothing_else_moves() -> None:
    fitted = sim.fit(sim.Model(), cases=1500, seed=3)

    assert sim.alone(fitted, cases=1500, seed=3) == pytest.approx(sim.ALONE, abs=0.02)
    assert (fitted.case_sd, fitted.pull_sd) == (sim.Model.case_sd, sim.Model.pull_sd)


def test_nobody_misses_where_skill_is_without_bound_and_nobody_hits_without_any() -> None:
    always = sim.experiment(EASY, size=2, cases=30, seed=1, closed=0)
    never = sim.experiment(sim.Model(mean=-60.0), size=2, cases=30, seed=1, closed=0)

    assert {score.first for score in always.scores.values()} == {30}
    assert {score.within_three for score in never.scores.values()} == {0}


def test_errors_are_correlated_within_a_case() -> None:
    """Two colleagues who are both wrong agree more often on the same case than across cases."""
    model, chance = sim.Model(mean=-60.0), random.Random(5)
    people = [sim.draw_colleague(model, chance, closed=0) for _ in range(2)]
    puzzles = [sim.draw_puzzle(model, chance) for _ in range(400)]
    lists = [[sim.answer(one, puzzle, chance)[0] for puzzle in puzzles] for one in people]

    same = sum(a == b for a, b in zip(*lists, strict=True))
    shifted = sum(a == b for a, b in zip(lists[0], lists[1][1:] + lists[1][:1], strict=True))

    assert same > 1.5 * shifted


def test_the_ways_of_pooling_by_hand() -> None:
    lists = [("a", "b"), ("b", "a"), ("c", "b")]

    assert sim.plurality(lists) == ["a", "b", "c"]
    assert sim.reciprocal(lists) == ["b", "a", "c"]
    assert sim.weighted(lists, [Fraction(1)] * 3) == ["b", "a", "c"]
    assert sim.weighted(lists, [Fraction(1, 2), Fraction(1, 2), Fraction(2)])[0] == "c"


def test_panels_of_newcomers_are_as_without_records() -> None:
    assert sim.all_new(sim.Model(mean=3), size=9, cases=40, seed=2)


def test_one_right_specialist_among_231_is_seen_and_one_right_outsider_is_not() -> None:
    assert sim.replay(teller="cardiology", minority=minority) == (16, [sim.TRUTH])
    assert sim.replay(teller="family", minority=minority) == (16, [])


def test_the_wilson_interval_of_nine_in_ten() -> None:
    low, high = sim.Rate(9, 10).interval

    assert (low, high) == pytest.approx((0.596, 0.982), abs=0.001)


def test_the_command_prints_every_table() -> None:
    out = StringIO()

    call_command("simulate_consult", cases=12, seed=4, stdout=out)

    for words in ("n = 20", "1/r, by record", "gained", "Newcomers", "Barnett", "231 answers"):
        assert words in out.getvalue()
    with pytest.raises(CommandError):
        call_command("simulate_consult", cases=0)
