"""The drill's result as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from sermo.core.threat_model import BREACH_SCENARIOS
from tools.breach_drill.run import DrillResult
from tools.breach_drill.verdicts import Verdict

SHOWN = {"best", "W", "careless", "mail"}
HEAD = (
    f"{'combination':<31} {'attack':<8} {'link':<17} {'n':>5} {'accuracy':>8} {'claims':>7} "
    f"{'sure':>6} {'right':>6} {'lift':>7} {'upper':>7} {'worst':>7}  limit"
)


def report_lines(drill: DrillResult, *, full: bool = False) -> Iterator[str]:
    """The table: the best attack of each combination, failures, and with `full` every row."""
    options = drill.options
    yield (
        f"breach drill: {options.people} people, {options.days} days, seed {options.seed}, "
        f"{options.fault or 'no seeded fault'}. Password hashing costs as little as it can."
    )
    yield HEAD
    for verdict in drill.verdicts:
        if full or not verdict.passed or verdict.row.attack in SHOWN:
            yield _line(verdict)
    yield f"structural findings: {len(drill.findings)}"
    for finding in drill.findings:
        yield f"  FAIL {finding.check} in {finding.where}: {finding.what}"
    yield "privacy page, row by row:"
    for scenario in BREACH_SCENARIOS:
        yield f"  {drill.breach_scenarios.get(scenario.code, 'not played'):<10} {scenario.held}"
    for what, seconds in drill.seconds.items():
        yield f"{what}: {seconds} s"
    yield "PASS" if drill.passed else "FAIL"


def _line(verdict: Verdict) -> str:
    row = verdict.row
    return (
        f"{verdict.combination:<31} {row.attack:<8} {row.kind:<17} {row.n:>5} {row.accuracy:>8.4f} "
        f"{row.claims:>7} {row.confident:>6} {row.precision:>6.2f} {row.lift:>7.1f} "
        f"{row.upper:>7.4f} {row.worst:>7.4f}  {verdict.limit}"
        f"{'' if verdict.passed else '  FAIL'}"
    )
