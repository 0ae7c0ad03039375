"""Limits: what each attack may win on each combination, and whether it won more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from tools.breach_drill.combinations import LINKS, MINUTES, VOTES, Combination
from tools.breach_drill.scoring import POST_KINDS, Row, Truth, wilson

# At most so many times a blind guess: of one person, or of one minute between two marks.
BLIND_GUESSES, MINUTES_BETWEEN_MARKS = 3, 20
ALL = 0.995
EVIDENCE = 0.01  # what happens by chance no more often than this
NAMED = frozenset({"named_person", "account_person"})
SAFE = LINKS | VOTES | MINUTES
Score = Callable[[Truth], list[Row]]


@dataclass(frozen=True)
class Verdict:
    """A line of the table."""

    combination: str
    row: Row
    limit: str
    passed: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self.row) | {name: v for name, v in vars(self).items() if name != "row"}

    def line(self) -> str:
        row = self.row
        return (
            f"{self.combination:<35} {row.attack:<15} {row.kind:<18} {row.cohort or 'all':<8} "
            f"{row.n:>5} {row.accuracy:>7.4f} {row.claims:>6} {row.confident:>5} {row.right:>5} "
            f"{row.upper:>7.4f}  {self.limit}{'' if self.passed else '  FAIL'}"
        )


def judge(combination: Combination, truth: Truth, score: Score) -> list[Verdict]:
    """Every row against its limit; what must be found and is not claimed at all fails too."""
    careless = {key for key, post in truth.posts.items() if post["careless"]}
    left = {key for key, person in truth.persons.items() if person["gone"]}
    given = truth.without(left, set())  # who left is in no capsule and has no slots
    rows = [row for row in score(given) if row.kind not in SAFE - combination.gives]
    missing = combination.gives - {"alias_pair"} - {row.kind for row in rows}
    rows += [Row("best", kind, "", 0, 0.0, 0, 0, 0, 0.0) for kind in sorted(missing)]
    for kinds in (NAMED, SAFE - NAMED):
        told = told_persons(combination, kinds, truth)
        safe = score(truth.without(told, careless))
        rows += [row for row in safe if row.kind in kinds - combination.gives]
    judged = [Verdict(combination.name, row, *_limit(combination, row, truth)) for row in rows]
    return [*judged, *_reported(combination, truth, careless, score)]


def _limit(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    if combination.is_reported_only:
        return "reported only", True
    if row.kind in SAFE - combination.gives:
        return _of_a_link(row, BLIND_GUESSES * blind_guess(row.kind, truth.people))
    if row.kind not in combination.gives:
        return "none", row.accuracy == 0
    if row.attack != "best" or row.cohort:
        return "part of what is given", True
    if row.kind == "slot":
        planted = sum(p["weak"] and not p["gone"] for p in truth.persons.values())
        return f"{planted} planted, +-1", abs(round(row.accuracy * row.n) - planted) <= 1
    return f">= {ALL}", row.accuracy >= ALL


def blind_guess(kind: str, people: int) -> float:
    return 1 / MINUTES_BETWEEN_MARKS if kind in MINUTES else 1 / people


def _of_a_link(row: Row, most: float) -> tuple[str, bool]:
    # Of few targets the interval around a blind guess is wider than the limit: then the share
    # itself is held to it, and one hit is granted.
    is_few = wilson(most / BLIND_GUESSES, row.n) > most
    measured, allowed = (row.accuracy, max(most, 1 / row.n)) if is_few else (row.upper, most)
    limit = f"{'share' if is_few else 'upper'} <= {allowed:.4f}"
    if measured > allowed and row.p >= EVIDENCE:
        measured = row.luck if is_few else wilson(row.luck, row.n)
        limit += f" of luck {row.luck:.4f} (p {row.p:.2f})"
    passed = measured <= allowed and not _knows(row, most / BLIND_GUESSES)
    return f"{limit}, none sure", passed


def _knows(row: Row, guess: float) -> bool:
    """Whether more confident claims are right than guesses, but once in a hundred times."""
    n, fewer = row.confident, range(row.right)
    p = 1 - sum(math.comb(n, k) * guess**k * (1 - guess) ** (n - k) for k in fewer)
    return bool(row.right) and p <= EVIDENCE


def told_persons(combination: Combination, kinds: frozenset[str], truth: Truth) -> set[str]:
    """Who is not held against limits, because this theft is known to give them, and they were told.

    Copies of both stores on many nights give those who speak under a name soon after they joined.
    Letters, and the key of the mailer, give the names used here of those who asked for mail, and
    what they said under these; what they said anonymously only with the moderation key as well.
    """
    by_key = "alert_person" in combination.gives
    has_authors = by_key and "anonymous_account" in combination.gives
    columns = {
        "alerts": by_key or combination.has_letters if kinds == NAMED else has_authors,
        "weak": "slot" in combination.gives,
        "early": combination.has_entries and kinds == NAMED,
    }
    told = [column for column, is_told in columns.items() if is_told]
    return {key for key, person in truth.persons.items() if any(person[c] for c in told)}


def _reported(
    combination: Combination, truth: Truth, careless: set[str], score: Score
) -> Iterator[Verdict]:
    """The best of all on links that are held against no limit, because the page warns of them."""
    everybody, everything = truth.persons.keys(), truth.posts.keys()
    early = {key for key in everybody if truth.persons[key]["early"]}
    mail = {k for k, p in truth.posts.items() if p["side"] == "named" and p["alert"]}
    parts = {"careless": truth.without(set(), everything - careless)}
    if combination.has_entries and "named_person" not in combination.gives:
        parts["early"] = truth.without(everybody - early, set())
    if combination.has_letters:
        parts["mail"] = truth.without(set(), everything - mail)
    for name, part in parts.items():
        kinds = POST_KINDS.keys() if name == "careless" else NAMED
        for row in score(part):
            if row.attack == "best" and row.n and not row.cohort and row.kind in kinds:
                told = replace(row, attack=name)
                yield Verdict(combination.name, told, "not held against limits: told", True)
