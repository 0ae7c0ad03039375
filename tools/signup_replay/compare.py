"""Compare the result of a scenario with the expected one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.signup_replay.scenario import Json, Scenario

COMPARED = {
    "decision",
    "reasons",
    "member_class",
    "calls",
    "must_not_call",
    "annotations",
    "offer",
    "trace",
}


@dataclass
class ScenarioResult:
    """The result of a scenario. `error` says why it could not be played."""

    id: str
    decision: str = ""
    reasons: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    member_class: str = ""
    annotations: list[str] = field(default_factory=list)
    offer: str = ""
    trace: list[str] = field(default_factory=list)
    error: str = ""
    differences: list[str] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)

    @property
    def equals(self) -> bool:
        return not self.differences and not self.error

    def as_json(self) -> Json:
        return {**vars(self), "equals": self.equals}


def compare_result(scenario: Scenario, played: ScenarioResult) -> ScenarioResult:
    """Fill in `differences`. Fields of `expected` that are not compared are listed in
    `not_compared`.
    """
    expected = scenario.expected
    for name in ("decision", "member_class", "offer"):
        if expected.get(name) not in {None, getattr(played, name)}:
            _differs(played, name, expected[name], getattr(played, name))
    for name in ("reasons", "annotations"):
        if name in expected and sorted(expected[name] or []) != sorted(getattr(played, name)):
            _differs(played, name, expected[name], getattr(played, name))
    if "trace" in expected and not _holds_trace(expected["trace"], played.trace):
        _differs(played, "trace", expected["trace"], played.trace)
    _compare_calls(expected, played)
    played.not_compared = sorted(set(expected) - COMPARED)
    return played


def _differs(played: ScenarioResult, name: str, expected: object, actual: object) -> None:
    played.differences.append(f"{name}: expected {expected!r}, found {actual!r}")


def _holds_trace(expected: object, trace: list[str]) -> bool:
    """Whether the expected states occur in this order; other states in between are ignored."""
    if not isinstance(expected, list):
        return False
    relevant = [state for state in trace if state in expected]
    return relevant == expected


def _compare_calls(expected: Json, played: ScenarioResult) -> None:
    calls = expected.get("calls") or {}
    for provider, number in calls.items() if isinstance(calls, Mapping) else ():
        made = played.calls.get(provider, 0)
        if not _matches_count(number, made):
            _differs(played, f"calls of {provider}", number, made)
    for provider in expected.get("must_not_call") or []:
        made = sum(n for name, n in played.calls.items() if _is_of(name, provider))
        if made:
            _differs(played, f"calls of {provider}", 0, made)


def _is_of(name: str, provider: str) -> bool:
    return name == provider or name.startswith(f"{provider}_")


def _matches_count(expected: Any, made: int) -> bool:
    """Whether a count matches a number, a text such as "<=3", or an object with `min` and `max`."""
    if isinstance(expected, Mapping):
        least = expected.get("min", expected.get("at_least", 0))
        most = expected.get("max", expected.get("at_most", made))
        return bool(least <= made <= most)
    if isinstance(expected, str):
        plain = expected.replace(" ", "")
        if plain.startswith("<="):
            return made <= int(plain[2:])
        if plain.startswith(">="):
            return made >= int(plain[2:])
        return plain == str(made)
    return bool(expected == made)
