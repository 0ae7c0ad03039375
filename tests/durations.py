"""A pytest plugin: prints the slowest tests and the seconds of each test folder.

Loaded by `-p tests.durations`. With pytest-xdist, each worker measures and the reports carry the
numbers to the process that prints.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

MAX_SLOWEST = 25
PHASES = ("setup", "call", "teardown")


@dataclass
class Cost:
    """Seconds by the clock, and of processor time in this process and its ended children.

    Processor time hardly changes on a busy machine. It leaves out the database server, Redis,
    and child processes that are still running.
    """

    tests: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    def add(self, report: Any) -> None:
        self.tests += report.when == "call" or (report.when == "setup" and not report.passed)
        self.wall += report.duration
        self.cpu += getattr(report, "cpu_seconds", 0.0)


def _cpu_seconds() -> float:
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """Add to each report the processor time since the last report of this process."""
    report = yield
    now = _cpu_seconds()
    report.cpu_seconds = now - item.config.stash.get(_LAST, now)
    item.config.stash[_LAST] = now
    return report


_LAST = pytest.StashKey[float]()


@pytest.hookimpl
def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_LAST] = _cpu_seconds()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    reports = [
        report
        for category in terminalreporter.stats.values()
        for report in category
        if getattr(report, "when", None) in PHASES
    ]
    if not reports:
        return
    tests, folders = _by_test(reports), _by_folder(reports)
    terminalreporter.section(f"{min(MAX_SLOWEST, len(tests))} slowest tests")
    for name, cost in _slowest(tests)[:MAX_SLOWEST]:
        terminalreporter.write_line(f"{cost.wall:7.2f} s {cost.cpu:7.2f} s cpu  {name}")
    terminalreporter.section("seconds of each test folder")
    for name, cost in [*_slowest(folders), ("all", _sum(folders.values()))]:
        terminalreporter.write_line(
            f"{cost.wall:7.1f} s {cost.cpu:7.1f} s cpu {cost.tests:6d} tests  {name}"
        )


def _by_test(reports: Iterable[Any]) -> dict[str, Cost]:
    costs: defaultdict[str, Cost] = defaultdict(Cost)
    for report in reports:
        costs[report.nodeid].add(report)
    return costs


def _by_folder(reports: Iterable[Any]) -> dict[str, Cost]:
    costs: defaultdict[str, Cost] = defaultdict(Cost)
    for report in reports:
        costs[report.nodeid.partition("::")[0].rpartition("/")[0]].add(report)
    return costs


def _slowest(costs: dict[str, Cost]) -> list[tuple[str, Cost]]:
    return sorted(costs.items(), key=lambda item: -item[1].wall)


def _sum(costs: Iterable[Cost]) -> Cost:
    total = Cost()
    for cost in costs:
        total.tests += cost.tests
        total.wall += cost.wall
        total.cpu += cost.cpu
    return total
