"""The simulation of the consult is reproducible and draws from the distributions it states."""

from __future__ import annotations

import random
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from polls.consult import minority_report
from tools.consult_simulation import experiments
from tools.consult_simulation.model import (
    SOLO_TOP_3_RATE,
    TRUTH,
    SimulationModel,
    draw_case,
    draw_colleague,
    fit_mean_skill,
    ranked_answer,
    solo_top_3_rate,
)

EASY = SimulationModel(mean=30.0)


def test_the_same_seed_draws_the_same_cases() -> None:
    first, again, other = (
        experiments.run_panels(SimulationModel(mean=3), size=5, n_cases=60, seed=seed)
        for seed in (7, 7, 8)
    )

    assert first == again
    assert first != other


def test_the_fit_reaches_its_target_and_changes_only_the_mean() -> None:
    fitted = fit_mean_skill(SimulationModel(), n_cases=1500, seed=3)

    assert solo_top_3_rate(fitted, n_cases=1500, seed=3) == pytest.approx(SOLO_TOP_3_RATE, abs=0.02)
    base = SimulationModel
    assert (fitted.case_sd, fitted.attraction_sd) == (base.case_sd, base.attraction_sd)


def test_unlimited_skill_always_finds_the_truth_and_no_skill_never_does() -> None:
    always = experiments.run_panels(EASY, size=2, n_cases=30, seed=1, n_closed=0)
    never = experiments.run_panels(
        SimulationModel(mean=-60.0), size=2, n_cases=30, seed=1, n_closed=0
    )

    assert {score.n_first for score in always.scores.values()} == {30}
    assert {score.n_among_three for score in never.scores.values()} == {0}


def test_errors_are_correlated_within_a_case() -> None:
    """Two colleagues who are both wrong agree more often on the same case than across cases."""
    model, rng = SimulationModel(mean=-60.0), random.Random(5)
    people = [draw_colleague(model, rng, n_closed=0) for _ in range(2)]
    cases = [draw_case(model, rng) for _ in range(400)]
    lists = [[ranked_answer(person, case, rng)[0] for case in cases] for person in people]

    same = sum(a == b for a, b in zip(*lists, strict=True))
    shifted = sum(a == b for a, b in zip(lists[0], lists[1][1:] + lists[1][:1], strict=True))

    assert same > 1.5 * shifted


def test_the_ways_of_pooling_agree_with_results_computed_by_hand() -> None:
    lists = [("a", "b"), ("b", "a"), ("c", "b")]

    assert experiments.pool_by_plurality(lists) == ["a", "b", "c"]
    assert experiments.pool_by_rank(lists) == ["b", "a", "c"]
    assert experiments.pool_by_weight(lists, [Fraction(1)] * 3) == ["b", "a", "c"]
    assert (
        experiments.pool_by_weight(lists, [Fraction(1, 2), Fraction(1, 2), Fraction(2)])[0] == "c"
    )


def test_panels_of_newcomers_are_ranked_as_without_record_weights() -> None:
    model = SimulationModel(mean=3)

    assert experiments.newcomer_panels_are_unweighted(model, size=9, n_cases=40, seed=2)


def test_the_minority_report_shows_one_specialist_among_231_and_no_outsider() -> None:
    right, outsider = (
        experiments.run_231_answers(specialist=name, minority_report=minority_report)
        for name in ("cardiology", "family")
    )

    assert right == (16, [TRUTH])
    assert outsider == (16, [])


def test_the_wilson_interval_of_nine_in_ten() -> None:
    low, high = experiments.Proportion(9, 10).interval

    assert (low, high) == pytest.approx((0.596, 0.982), abs=0.001)


def test_the_command_prints_every_table() -> None:
    out = StringIO()

    call_command("simulate_consult", cases=12, seed=4, stdout=out)

    for words in ("n = 20", "1/r, by record", "gained", "Newcomers", "Barnett", "231 answers"):
        assert words in out.getvalue()
    with pytest.raises(CommandError):
        call_command("simulate_consult", cases=0)
