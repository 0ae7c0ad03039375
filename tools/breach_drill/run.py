"""The whole drill: a simulation in a process of its own, then every attack on every theft."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sermo.core.threat_model import BREACH_SCENARIOS
from tools.breach_drill import isolated_env, verdicts, worker_pool
from tools.breach_drill.combinations import COMBINATIONS, NOT_PLAYED, Combination
from tools.breach_drill.seeded_faults import stores
from tools.breach_drill.verdicts import Verdict

REGISTER = 1_000_000


@dataclass(frozen=True)
class DrillOptions:
    """The options of the command."""

    seed: int = 1
    people: int = 300
    days: int = 90
    register: int = REGISTER
    fault: str = ""


@dataclass
class DrillResult:
    """The result of a drill."""

    options: DrillOptions
    verdicts: list[Verdict] = field(default_factory=list)
    findings: list[Any] = field(default_factory=list)
    breach_scenarios: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        confirmed = all(result != "broken" for result in self.breach_scenarios.values())
        return verdicts.passed(self.verdicts) and not self.findings and confirmed

    def as_json(self) -> dict[str, Any]:
        return {
            **vars(self.options),
            "passed": self.passed,
            "verdicts": [verdict.as_json() for verdict in self.verdicts],
            "findings": [list(map(str, finding)) for finding in map(_parts, self.findings)],
            "breach_scenarios": self.breach_scenarios,
            "seconds": self.seconds,
        }


def _parts(finding: Any) -> tuple[Any, ...]:
    return finding.check, finding.where, finding.what


@contextmanager
def timed(drill: DrillResult, what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    drill.seconds[what] = round(time.monotonic() - begun, 1)


def run(options: DrillOptions, *, keep: Path | None = None, again: bool = False) -> DrillResult:
    """Simulate, copy, attack and score.

    Raises `LocalStackError` if the servers cannot start. A failed simulation raises
    subprocess.CalledProcessError.
    """
    drill = DrillResult(options)
    with _folder(keep) as folder:
        if not again:
            with timed(drill, "world and copies"):
                play(options, folder)
            plant(options, folder)
        with timed(drill, "attacks"):
            attack(drill, folder)
    return drill


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="drill-") as name:
        yield Path(name)


def play(options: DrillOptions, folder: Path) -> None:
    """Run the simulation and make both copies, on servers that are deleted afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True) as home,
        isolated_env.isolated_environment(Path(home)) as environment,
    ):
        command = [
            *(sys.executable, "-m", "tools.breach_drill.world", "--out", str(folder)),
            *("--seed", str(options.seed), "--people", str(options.people)),
            *("--days", str(options.days), "--register", str(options.register)),
        ]
        subprocess.run(command, env=environment, check=True, cwd=_project())


def _project() -> Path:
    return Path(__file__).resolve().parent.parent.parent


def plant(options: DrillOptions, folder: Path) -> None:
    """Seed the fault of the options into the copies, if it is one of stored data."""
    if options.fault:
        stores.plant(options.fault, folder, options.seed)


def attack(
    drill: DrillResult, folder: Path, *, combinations: Sequence[Combination] = COMBINATIONS
) -> None:
    """Attack every combination; structural findings first."""
    drill.findings, drill.verdicts = worker_pool.attack(folder, combinations)
    drill.breach_scenarios = confirm_promises(drill.verdicts)


def confirm_promises(results: list[Verdict]) -> dict[str, str]:
    """For each row of the privacy page: "borne out", "broken" or "not played"."""
    confirmed = dict.fromkeys(NOT_PLAYED, "not played")
    for scenario in BREACH_SCENARIOS:
        names = {row.name for row in COMBINATIONS if scenario.code in row.breach_scenarios}
        if names <= {verdict.combination for verdict in results} and names:
            confirmed[scenario.code] = (
                "borne out"
                if verdicts.passed([verdict for verdict in results if verdict.combination in names])
                else "broken"
            )
    return confirmed
