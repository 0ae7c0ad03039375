"""What pooling gains: `manage.py simulate_consult [--cases N] [--seed N]`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from polls.consult import minority
from polls.consult import simulated_confidence as confidence
from polls.consult import simulation as sim

SIZES = (1, 2, 5, 9, 20)
NINE = 9


class Command(BaseCommand):
    help = "Simulate colleagues of known skill, and compare ways to pool their answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=3000, help="cases for each size of panel")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: Any, cases: int, seed: int, **_options: Any) -> None:
        if cases < 1:
            raise CommandError("--cases: at least 1")
        model = sim.fit(sim.Model(), seed=seed)
        self.stdout.write(
            f"Fitted to one colleague alone ({sim.ALONE:.1%} among three): mean skill "
            f"{model.mean:.2f}. Chosen before: {model}\n"
            f"{cases} cases for each size, seed {seed}; 95 % intervals (Wilson).\n"
        )
        outcomes = [sim.experiment(model, size=n, cases=cases, seed=seed) for n in SIZES]
        for outcome in outcomes:
            self._panel(outcome)
        self._records(outcomes)
        self._newcomers(model, outcomes, seed)
        self._shape(model, cases, seed)
        self._minority()
        self._confidence(model, cases, seed)

    def _panel(self, outcome: sim.Outcome) -> None:
        self.stdout.write(f"\nn = {outcome.size}")
        self.stdout.write(f"  {'':16}{'first':>8}{'':18}{'among three':>12}")
        for name, score in outcome.scores.items():
            self.stdout.write(f"  {name:16}{_rate(score.top_1)}  {_rate(score.top_3)}")

    def _records(self, outcomes: list[sim.Outcome]) -> None:
        self.stdout.write(
            "\nRecord weight against plain 1/r, the same panels: cases in which only one of the "
            "two had the truth first"
        )
        for outcome in outcomes[1:]:
            self.stdout.write(
                f"  n = {outcome.size:2}: gained {outcome.gained:4}, lost {outcome.lost:4}"
            )

    def _newcomers(self, model: sim.Model, outcomes: list[sim.Outcome], seed: int) -> None:
        same = sim.all_new(model, size=NINE, cases=300, seed=seed)
        self.stdout.write(
            "\nNewcomers (every fourth; weight 1, as without records). Panels of newcomers only "
            f"give the same list by record: {'yes' if same else 'NO'}.\n"
            "Where a newcomer put the truth first, its place by record against without:"
        )
        for outcome in outcomes[1:]:
            new = outcome.newcomers
            self.stdout.write(
                f"  n = {outcome.size:2}: of {new.cases} cases higher in {new.raised}, "
                f"lower in {new.lowered}"
            )

    def _shape(self, model: sim.Model, cases: int, seed: int) -> None:
        self.stdout.write(
            f"\nPublished (Barnett 2019): 62.5 % alone, 85.6 % for {NINE}. Here, for other "
            "standard deviations, each fitted to 62.5 % alone:"
        )
        for fitted, rate in sim.shapes(model, size=NINE, cases=cases // 2 or 1, seed=seed):
            self.stdout.write(
                f"  cases {fitted.case_sd:.2f}, rivals {fitted.pull_sd:.2f}: {_rate(rate)}"
            )

    def _minority(self) -> None:
        self.stdout.write("\n231 answers, 16 diagnoses, one of them right and told once, surely:")
        for teller in ("cardiology", "family"):
            place, told = sim.replay(teller=teller, minority=minority)
            where = "on the first screen" if told else "not in the minority report"
            self.stdout.write(f"  told by {teller}: place {place} of 16 in the ranking, {where}")

    def _confidence(self, model: sim.Model, cases: int, seed: int) -> None:
        self.stdout.write("\nFew answers: what stated confidence is worth, the truth first")
        for noise in confidence.NOISES:
            for size in confidence.FEW:
                scores = confidence.few(model, size=size, noise=noise, cases=cases, seed=seed)
                told = "; ".join(f"{rule}{_rate(one.top_1)}" for rule, one in scores.items())
                self.stdout.write(f"  noise {noise}, n = {size}: {told}")


def _rate(rate: sim.Rate) -> str:
    low, high = rate.interval
    return f"{rate.value:8.1%} ({low:.1%} to {high:.1%})"
