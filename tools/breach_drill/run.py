"""The whole drill: a simulation in a process of its own, then every attack on every theft."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sermo.core.threat_model import BREACH_SCENARIOS
from tools.breach_drill import attacks, faults, isolated_env, scoring, verdicts
from tools.breach_drill.combinations import COMBINATIONS, NOT_PLAYED, Combination
from tools.breach_drill.verdicts import Verdict

PROCESSES = 2
SHOWN = {"best", "careless", "early", "mail"}
HEAD = (
    f"{'combination':<35} {'attack':<15} {'link':<18} {'of':<8} {'n':>5} {'share':>7} "
    f"{'claims':>6} {'sure':>5} {'right':>5} {'upper':>7}  limit"
)


@dataclass(frozen=True)
class DrillOptions:
    """The options of the command."""

    seed: int = 1
    people: int = 300
    days: int = 90
    fault: str = ""


@dataclass
class DrillResult:
    """The result of a drill."""

    options: DrillOptions
    verdicts: list[Verdict] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def breach_scenarios(self) -> dict[str, str]:
        """For each row of the privacy page: "borne out", "broken" or "not played"."""
        confirmed = dict.fromkeys(NOT_PLAYED, "not played")
        for code in {row.breach_scenario for row in COMBINATIONS} - {""}:
            names = {row.name for row in COMBINATIONS if row.breach_scenario == code}
            own = [v.passed for v in self.verdicts if v.combination in names]
            confirmed[code] = "borne out" if all(own) else "broken"
        return confirmed

    def as_json(self) -> dict[str, Any]:
        rows = [verdict.as_json() for verdict in self.verdicts]
        results = {"passed": self.passed, "seconds": self.seconds, "verdicts": rows}
        return vars(self.options) | results | {"breach_scenarios": self.breach_scenarios}

    def lines(self, *, full: bool = False) -> Iterator[str]:
        """The table: the best attack of each combination, failures, and with `full` every row."""
        yield f"breach drill: {self.options}. A blind guess is 1/{self.options.people}."
        yield HEAD
        for verdict in self.verdicts:
            is_shown = verdict.row.attack in SHOWN and not verdict.row.cohort
            if full or not verdict.passed or is_shown:
                yield verdict.line()
        for scenario in BREACH_SCENARIOS:
            result = self.breach_scenarios.get(scenario.code, "not played")
            yield f"  {result:<10} {scenario.stolen}"
        yield f"seconds: {self.seconds}"
        yield "PASS" if self.passed else "FAIL"


def run(options: DrillOptions, *, keep: Path | None = None, again: bool = False) -> DrillResult:
    """Simulate, copy, attack and score. `keep` is where the copies stay, to be attacked `again`.

    Raises `LocalStackError` if the servers cannot start. A failed simulation raises
    subprocess.CalledProcessError.
    """
    drill, begun = DrillResult(options), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="drill-") as temporary:
        folder = keep.absolute() if keep else Path(temporary)
        if not again:
            play(options, folder)
        if options.fault:
            faults.FAULTS[options.fault].plant(faults.Capture(folder))
        drill.seconds["world and copies"] = round(time.monotonic() - begun, 1)
        attack(drill, folder)
        drill.seconds["all"] = round(time.monotonic() - begun, 1)
    return drill


def play(options: DrillOptions, folder: Path) -> None:
    """Run the simulation and copy everything, on servers that are deleted afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True) as home,
        isolated_env.isolated_environment(Path(home)) as environment,
    ):
        Path(home).chmod(0o755)  # the account that runs PostgreSQL reads its log there
        numbers = {"--seed": options.seed, "--people": options.people, "--days": options.days}
        command = [sys.executable, "-m", "tools.breach_drill.world", "--out", str(folder)]
        command += [str(part) for pair in numbers.items() for part in pair]
        project = Path(__file__).resolve().parents[2]
        subprocess.run(command, env=environment, check=True, cwd=project)


def attack(
    drill: DrillResult, folder: Path, *, combinations: Sequence[Combination] = COMBINATIONS
) -> None:
    """Attack every combination. Thefts of the same stores stay together in one process, because
    what needs no key is the same in all of them.
    """
    groups: dict[frozenset[str], list[Combination]] = defaultdict(list)
    for combination in combinations:
        groups[combination.stores].append(combination)
    largest = sorted(groups.values(), key=lambda group: -len(group) * len(group[0].stores))
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(PROCESSES, mp_context=fork) as pool:
        parts = list(pool.map(partial(_attack, folder), largest))
    found = [verdict for part in parts for verdict in part]
    order = [combination.name for combination in combinations]
    drill.verdicts = sorted(found, key=lambda verdict: order.index(verdict.combination))


def _attack(folder: Path, group: Sequence[Combination]) -> list[Verdict]:
    truth = scoring.Truth.from_json(json.loads((folder / "truth.json").read_text()))
    claims = ((c, attacks.run(folder, c.stores, c.keys)) for c in group)
    return [v for c, of in claims for v in verdicts.judge(c, truth, partial(scoring.score, of))]
