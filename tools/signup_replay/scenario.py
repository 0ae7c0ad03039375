"""The form of a scenario file: an applicant, scripted vendors, actions, the expected result.

The file is not trusted: an invalid scenario gives an error for itself, never for the whole run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
Json = dict[str, Any]


class InvalidScenario(Exception):
    """The file, or one scenario of it, cannot be read. The message says where."""


@dataclass(frozen=True)
class ScenarioFault:
    provider: str
    sequence: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioAction:
    """An action when the application reaches a state."""

    at: str
    do: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    id: str
    title: str
    applicant: Json
    binding: str
    members: tuple[Json, ...]
    cases: tuple[Json, ...]
    bans: tuple[Json, ...]
    providers: Json
    faults: tuple[ScenarioFault, ...]
    acts: tuple[ScenarioAction, ...]
    expected: Json = field(default_factory=dict)


@dataclass(frozen=True)
class ScenarioFile:
    scenarios: tuple[Scenario, ...]
    policy: Json

    @property
    def institutional_domains(self) -> frozenset[str]:
        domains = self.policy.get("institutional_domains")
        return frozenset(str(item).lower() for item in _list(domains, "policy"))


def read_scenarios(path: Path) -> ScenarioFile:
    """The scenarios of a file.

    Raises `InvalidScenario`, `OSError`.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidScenario(f"the file is not JSON: {error}") from None
    if isinstance(data, list):
        data = {"cases": data}
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise InvalidScenario("the file has no list of cases")
    if data.get("format", FORMAT) != FORMAT:
        raise InvalidScenario(f"format {data['format']} is not known here")
    scenarios = tuple(_scenario(item, place) for place, item in enumerate(data["cases"], 1))
    return ScenarioFile(scenarios, _mapping(data.get("policy"), "policy"))


def _scenario(item: object, number: int) -> Scenario:
    data = _mapping(item, f"case {number}")
    name = str(data.get("id") or f"case {number}")
    prior = _mapping(data.get("prior_state"), f"{name}: prior_state")
    return Scenario(
        id=name,
        title=str(data.get("title") or ""),
        applicant=_mapping(data.get("applicant"), f"{name}: applicant"),
        binding=str(data.get("binding") or "none"),
        members=_mappings(prior.get("members"), f"{name}: members"),
        cases=_mappings(prior.get("cases"), f"{name}: cases"),
        bans=_mappings(prior.get("bans"), f"{name}: bans"),
        providers=_mapping(data.get("providers"), f"{name}: providers"),
        faults=tuple(_fault(fault) for fault in _mappings(data.get("faults"), f"{name}: faults")),
        acts=tuple(_act(act) for act in _mappings(data.get("actions"), f"{name}: actions")),
        expected=_mapping(data.get("expected"), f"{name}: expected"),
    )


def _fault(data: Json) -> ScenarioFault:
    sequence = data.get("sequence", ())
    items = sequence if isinstance(sequence, list) else [sequence]
    return ScenarioFault(str(data.get("provider", "")), tuple(str(item) for item in items))


def _act(data: Json) -> ScenarioAction:
    rest = {key: value for key, value in data.items() if key not in {"at", "do"}}
    return ScenarioAction(str(data.get("at", "")), str(data.get("do", "")), rest)


def _mapping(value: object, where: str) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidScenario(f"{where} is not an object")
    return value


def _list(value: object, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidScenario(f"{where} is not a list")
    return value


def _mappings(value: object, where: str) -> tuple[Json, ...]:
    return tuple(_mapping(item, where) for item in _list(value, where))


def first_text(data: Mapping[str, Any], *names: str) -> str:
    """The first of these values that is given, as text; empty if none is."""
    for name in names:
        value = data.get(name)
        if value is not None and not isinstance(value, dict | list):
            return str(value)
    return ""
