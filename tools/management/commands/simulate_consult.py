"""`manage.py simulate_consult [--cases N] [--seed N]`: what pooling answers gains."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from polls.consult import MIN_COMPLETE, minority_report
from tools.consult_simulation import confidence, experiments
from tools.consult_simulation.experiments import PanelResult, Proportion
from tools.consult_simulation.model import SOLO_TOP_3_RATE, SimulationModel, fit_mean_skill

PANEL_SIZES = (1, 2, 5, 9, 20)
NEWCOMER_CASES = 300


class Command(BaseCommand):
    help = "Simulate colleagues of known skill, and compare ways to pool their answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=3000, help="cases for each size of panel")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: Any, cases: int, seed: int, **_options: Any) -> None:
        """Print every table. Raises `CommandError` if there is no case to simulate."""
        if cases < 1:
            raise CommandError("--cases: at least 1")
        model = fit_mean_skill(SimulationModel(), seed=seed)
        self.stdout.write(
            f"Fitted to one colleague alone ({SOLO_TOP_3_RATE:.1%} among three): mean skill "
            f"{model.mean:.2f}. Chosen before: {model}\n"
            f"{cases} cases for each size, seed {seed}; 95 % intervals (Wilson).\n"
        )
        results = [
            experiments.run_panels(model, size=n, n_cases=cases, seed=seed) for n in PANEL_SIZES
        ]
        for result in results:
            self._print_panel(result)
        self._print_record_weights(results)
        self._print_newcomers(model, results, seed)
        self._print_sensitivity(model, cases, seed)
        self._print_minority()
        self._print_confidence(model, cases, seed)

    def _print_panel(self, result: PanelResult) -> None:
        self.stdout.write(f"\nn = {result.size}")
        self.stdout.write(f"  {'':16}{'first':>8}{'':18}{'among three':>12}")
        for name, score in result.scores.items():
            self.stdout.write(f"  {name:16}{_rate(score.top_1)}  {_rate(score.top_3)}")

    def _print_record_weights(self, results: list[PanelResult]) -> None:
        self.stdout.write(
            "\nRecord weight against plain 1/r, the same panels: cases in which only one of the "
            "two had the truth first"
        )
        for result in results[1:]:
            self.stdout.write(
                f"  n = {result.size:2}: gained {result.n_gained:4}, lost {result.n_lost:4}"
            )

    def _print_newcomers(
        self, model: SimulationModel, results: list[PanelResult], seed: int
    ) -> None:
        same = experiments.newcomer_panels_are_unweighted(
            model, size=MIN_COMPLETE, n_cases=NEWCOMER_CASES, seed=seed
        )
        self.stdout.write(
            "\nNewcomers (every fourth; weight 1, as without records). Panels of newcomers only "
            f"give the same list by record: {'yes' if same else 'NO'}.\n"
            "Where a newcomer put the truth first, its rank by record against without:"
        )
        for result in results[1:]:
            effect = result.newcomers
            self.stdout.write(
                f"  n = {result.size:2}: of {effect.n_cases} cases higher in {effect.n_raised}, "
                f"lower in {effect.n_lowered}"
            )

    def _print_sensitivity(self, model: SimulationModel, cases: int, seed: int) -> None:
        self.stdout.write(
            f"\nPublished (Barnett 2019): 62.5 % alone, 85.6 % for {MIN_COMPLETE}. Here, for other "
            "standard deviations, each fitted to 62.5 % alone:"
        )
        for fitted, rate in experiments.run_sensitivity(
            model, size=MIN_COMPLETE, n_cases=cases // 2 or 1, seed=seed
        ):
            self.stdout.write(
                f"  cases {fitted.case_sd:.2f}, wrong diagnoses {fitted.attraction_sd:.2f}: "
                f"{_rate(rate)}"
            )

    def _print_minority(self) -> None:
        self.stdout.write(
            "\n231 answers, 16 diagnoses, one of them right, named once and with confidence 5:"
        )
        for specialist in ("cardiology", "family"):
            rank, report = experiments.run_231_answers(
                specialist=specialist, minority_report=minority_report
            )
            where = "on the first screen" if report else "not in the minority report"
            self.stdout.write(f"  named by {specialist}: rank {rank} of 16, {where}")

    def _print_confidence(self, model: SimulationModel, cases: int, seed: int) -> None:
        self.stdout.write("\nFew answers: what stated confidence is worth, the truth first")
        for noise in confidence.NOISE_LEVELS:
            for size in confidence.PANEL_SIZES:
                scores = confidence.compare_confidence_rules(
                    model, size=size, noise=noise, n_cases=cases, seed=seed
                )
                rates = "; ".join(f"{rule}{_rate(score.top_1)}" for rule, score in scores.items())
                self.stdout.write(f"  noise {noise}, n = {size}: {rates}")


def _rate(rate: Proportion) -> str:
    low, high = rate.interval
    return f"{rate.value:8.1%} ({low:.1%} to {high:.1%})"
