"""An old decision made once more: by the rules of its day, from the facts of its day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verification import policy

if TYPE_CHECKING:
    from verification.models import Decision

# What the rules can end by themselves; anything else they leave to the applicant or a person.
_ENDS = {"approve": policy.Verdict.APPROVE, "reject": policy.Verdict.REJECT}


@dataclass(frozen=True)
class ReplayResult:
    """`equals`: the rules say now what they said then. A person's decision is theirs, not the
    rules': there it means that the rules still leave it to a person."""

    verdict: str
    reasons: tuple[str, ...]
    equals: bool
    error: str = ""


def replay_decision(decision: Decision) -> ReplayResult:
    """Raises nothing: an unknown version or fact is told in `error`."""
    try:
        ruling = policy.decide_by_version(decision.facts, decision.policy_version)
    except (KeyError, ValueError, TypeError) as error:
        return ReplayResult("", (), equals=False, error=f"{type(error).__name__}: {error}"[:80])
    reasons = tuple(str(reason) for reason in ruling.reasons)
    if decision.is_automatic:
        same = ruling.verdict is _ENDS[decision.kind] and list(reasons) == list(decision.reasons)
        return ReplayResult(str(ruling.verdict), reasons, equals=same)
    return ReplayResult(str(ruling.verdict), reasons, equals=ruling.verdict not in _ENDS.values())
