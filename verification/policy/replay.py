"""Decide a stored decision again, from its stored facts and by its own policy version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verification import policy

if TYPE_CHECKING:
    from verification.models import Decision

# Verdicts by which the rules end an application without a reviewer.
_FINAL_VERDICTS = {"approve": policy.PolicyVerdict.APPROVE, "reject": policy.PolicyVerdict.REJECT}


@dataclass(frozen=True)
class ReplayResult:
    """`equals`: the rules give the same ruling as then. For a reviewer's decision it means that the
    rules still leave it to a reviewer.
    """

    verdict: str
    reasons: tuple[str, ...]
    equals: bool
    error: str = ""


def replay_decision(decision: Decision) -> ReplayResult:
    """Replay a decision. An unknown version or fact is reported in `error`."""
    try:
        ruling = policy.decide_by_version(decision.facts, decision.policy_version)
    except (KeyError, ValueError, TypeError) as error:
        return ReplayResult("", (), equals=False, error=f"{type(error).__name__}: {error}"[:80])
    reasons = tuple(str(reason) for reason in ruling.reasons)
    if decision.is_automatic:
        is_same = ruling.verdict is _FINAL_VERDICTS[decision.kind] and list(reasons) == list(
            decision.reasons
        )
        return ReplayResult(str(ruling.verdict), reasons, equals=is_same)
    return ReplayResult(
        str(ruling.verdict), reasons, equals=ruling.verdict not in _FINAL_VERDICTS.values()
    )
