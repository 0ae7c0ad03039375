"""What people tried to write, and what the site told them."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from tools.chaos.browser import Answer


class Outcome(StrEnum):
    """ACKNOWLEDGED must be there once, REFUSED never, UNKNOWN at most once."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Write:
    """`token` finds the write again: a text, a key or an address, by kind."""

    kind: str
    token: str
    outcome: Outcome


@dataclass
class Ledger:
    writes: list[Write] = field(default_factory=list)
    faults_of_people: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, kind: str, token: str, outcome: Outcome) -> None:
        with self._lock:
            self.writes.append(Write(kind, token, outcome))

    def complain(self, what: str) -> None:
        """Record what a person must never see."""
        with self._lock:
            self.faults_of_people.append(what)

    def of(self, kind: str) -> list[Write]:
        return [write for write in self.writes if write.kind == kind]

    def counts(self) -> Counter[tuple[str, Outcome]]:
        return Counter((write.kind, write.outcome) for write in self.writes)


def outcome_of(answers: list[Answer], *, success: tuple[int, ...] = (302,)) -> Outcome:
    """Of one write that was tried several times with one key."""
    if any(answer.status in success and not answer.signs_out for answer in answers):
        return Outcome.ACKNOWLEDGED
    if any(answer.is_outage for answer in answers):
        return Outcome.UNKNOWN
    return Outcome.REFUSED
