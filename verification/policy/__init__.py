"""Who is admitted: a pure function from facts to a ruling, so that any decision can be replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verification.policy import v2
from verification.policy.enums import (
    BindingFactor,
    DeviceStatus,
    ExclusionMatch,
    IdentityStatus,
    LicenceStatus,
    LicenceSummary,
    Lookup,
    PolicyVerdict,
    Profession,
    QuestionStatus,
    Ruling,
)
from verification.policy.facts import (
    AmaFacts,
    DeviceFacts,
    Facts,
    IdentityFacts,
    NppesFacts,
    OwnFacts,
    RegisterFacts,
)
from verification.policy.v2 import hard_failures

POLICY_VERSION = 2

__all__ = [
    "POLICY_VERSION",
    "AmaFacts",
    "BindingFactor",
    "DeviceFacts",
    "DeviceStatus",
    "ExclusionMatch",
    "Facts",
    "IdentityFacts",
    "IdentityStatus",
    "LicenceStatus",
    "LicenceSummary",
    "Lookup",
    "NppesFacts",
    "OwnFacts",
    "PolicyVerdict",
    "Profession",
    "QuestionStatus",
    "RegisterFacts",
    "Ruling",
    "decide",
    "decide_by_version",
    "hard_failures",
]

# Version 1 was replaced before the first release, so no decision carries it.
_RULES: dict[int, Callable[[Mapping[str, Any]], Ruling]] = {
    2: lambda facts: v2.decide(Facts.from_json(facts)),
}


def decide(facts: Facts) -> Ruling:
    """The ruling of the current version."""
    return v2.decide(facts)


def decide_by_version(facts: Mapping[str, Any], policy_version: int) -> Ruling:
    """The ruling of that version on stored facts.

    Raises `KeyError` for an unknown version or fact, `ValueError` for an unknown value.
    """
    return _RULES[policy_version](facts)
