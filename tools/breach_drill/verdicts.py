"""Limits: what each attack may win on each combination, and whether it won more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tools.breach_drill.combinations import LINKS, MINUTES, VOTES, Combination
from tools.breach_drill.scoring import POST_KINDS, Row, Truth, wilson

# At most so many times a blind guess: of one person, or of one minute between two marks.
BLIND_GUESSES, MINUTES_BETWEEN_MARKS = 3, 20
ALL = 0.995
# An attack that wins no more than its own claims win against shuffled answers, but in one of a
# hundred shuffles, has no evidence: its luck is judged by what it is on average.
EVIDENCE = 0.01
NAMED = frozenset({"named_person", "account_person"})
SAFE = LINKS | VOTES | MINUTES


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


def judge(
    combination: Combination, truth: Truth, score: Callable[[Truth], list[Row]]
) -> list[Verdict]:
    """Every row against its limit; what must be found and is not claimed at all fails too."""
    left = {key for key, person in truth.persons.items() if person["gone"]}
    given = truth.without(left, set())  # who left is in no capsule and has no slots
    rows = [row for row in score(given) if not _must_be_safe(combination, row.kind)]
    missing = (combination.gives - {"alias_pair"}) - {row.kind for row in rows}
    rows += [Row("best", kind, "", 0, 0.0, 0, 0, 0, 0.0) for kind in sorted(missing)]
    for kinds in (NAMED, SAFE - NAMED):
        reduced = without_what_is_told(combination, kinds, truth)
        rows += [
            row
            for row in score(reduced)
            if row.kind in kinds and _must_be_safe(combination, row.kind)
        ]
    judged = [Verdict(combination.name, row, *_limit(combination, row, truth)) for row in rows]
    return judged + list(_reported(combination, truth, score))


def _limit(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    if combination.is_reported_only:
        return "reported only", True
    if _must_be_safe(combination, row.kind):
        return _of_a_link(combination, row, truth.people)
    return _GIVEN[row.kind](combination, row, truth)


def _must_be_safe(combination: Combination, kind: str) -> bool:
    return kind in SAFE and kind not in combination.gives


def blind_guess(kind: str, people: int) -> float:
    return 1 / MINUTES_BETWEEN_MARKS if kind in MINUTES else 1 / people


def _of_a_link(combination: Combination, row: Row, people: int) -> tuple[str, bool]:
    most = BLIND_GUESSES * blind_guess(row.kind, people)
    # Of few targets the interval around a blind guess is wider than the limit: then the share
    # itself is held to it, and one hit is granted.
    is_few = wilson(most / BLIND_GUESSES, row.n) > most
    measured, allowed = (row.accuracy, max(most, 1 / row.n)) if is_few else (row.upper, most)
    limit = f"{'share' if is_few else 'upper'} <= {allowed:.4f}"
    if measured > allowed and row.p >= EVIDENCE:
        measured = row.luck if is_few else wilson(row.luck, row.n)
        limit += f" of luck {row.luck:.4f} (p {row.p:.2f})"
    passed = measured <= allowed
    return f"{limit}, none sure", passed and not _knows(row, most / BLIND_GUESSES)


def _knows(row: Row, guess: float) -> bool:
    """Whether more confident claims are right than guesses, but once in a hundred times."""
    n, fewer = row.confident, range(row.right)
    p = 1 - sum(math.comb(n, k) * guess**k * (1 - guess) ** (n - k) for k in fewer)
    return bool(row.right) and p <= EVIDENCE


def _all_or_none(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    """A link this theft does give: the best of all must find it for everybody."""
    if row.attack != "best" or row.cohort:
        return "part of what is given", True
    return f">= {ALL}", row.accuracy >= ALL


def _alerts(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    if "alert_person" not in combination.gives:
        return "none", row.accuracy == 0
    return _all_or_none(combination, row, truth)


def _slots(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    """Passwords: what was planted, give or take one; without PEPPER none at all."""
    recovered = round(row.accuracy * row.n)
    if "slot" not in combination.gives:
        return "none", recovered == 0
    if row.cohort:
        return "part of what is given", True
    planted = sum(person["weak"] and not person["gone"] for person in truth.persons.values())
    return f"{planted} planted, +-1", row.attack != "best" or (
        abs(recovered - planted) <= 1 and bool(recovered) == bool(planted)
    )


_GIVEN: dict[str, Callable[[Combination, Row, Truth], tuple[str, bool]]] = {
    **dict.fromkeys(LINKS, _all_or_none),
    "alert_person": _alerts,
    "slot": _slots,
}


def without_what_is_told(combination: Combination, kinds: frozenset[str], truth: Truth) -> Truth:
    """The truth without those this theft is known to give away, or who were told so.

    Copies of both stores on many nights give those who speak under a name soon after they joined.
    Letters, and the key of the mailer, give the names used here of those who asked for mail, and
    what they said under these; what they said anonymously only with the moderation key as well.
    """
    by_key = "alert_person" in combination.gives
    mail = (
        by_key or combination.has_letters
        if kinds == NAMED
        else by_key and "anonymous_account" in combination.gives
    )
    weak, early = "slot" in combination.gives, combination.has_entries and kinds == NAMED
    told = {
        key
        for key, person in truth.persons.items()
        if (mail and person["alerts"]) or (weak and person["weak"]) or (early and person["early"])
    }
    return truth.without(told, {key for key, post in truth.posts.items() if post["careless"]})


def _reported(
    combination: Combination, truth: Truth, score: Callable[[Truth], list[Row]]
) -> Iterator[Verdict]:
    """The best of all on links that are held against no limit, because the page warns of them."""
    for name, why, part in _told(combination, truth):
        for row in score(part):
            kinds = NAMED if name == "early" else POST_KINDS
            if row.attack == "best" and row.n and not row.cohort and row.kind in kinds:
                told = replace(row, attack=name)
                yield Verdict(combination.name, told, f"not held against limits: {why}", True)


def _told(combination: Combination, truth: Truth) -> Iterator[tuple[str, str, Truth]]:
    def only(keys: Iterable[str]) -> Truth:
        return truth.without(set(), truth.posts.keys() - set(keys))

    careless = [key for key, post in truth.posts.items() if post["careless"]]
    if not combination.gives & {"anonymous_person", "anonymous_account"}:
        yield "careless", "told at posting", only(careless)
    if combination.has_entries and "named_person" not in combination.gives:
        late = {key for key, person in truth.persons.items() if not person["early"]}
        yield "early", "told at entry", truth.without(late, set())
    if combination.has_letters and "named_person" not in combination.gives:
        alerts = [k for k, p in truth.posts.items() if p["side"] == "named" and p["alert"]]
        yield "mail", "told where asked", only(alerts)


def passed(verdicts: Sequence[Verdict]) -> bool:
    return all(verdict.passed for verdict in verdicts)
