"""Limits: what each attack may win on each combination, and whether it won more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.breach_drill.combinations import LINKS, VOTES, Combination
from tools.breach_drill.scoring import POST_KINDS, Row, wilson

LARGE = 2000
# At most so many times a blind guess, at a large community and at a smaller one.
BLIND_GUESSES, BLIND_GUESSES_SMALL = 3, 5
A_GUESS_IN_FIFTY, WORST_COHORT = 1 / 50, 1 / 20
ALL, ENOUGH = 0.995, 100
# An attack that wins no more than its own claims win against shuffled answers, but in one of a
# hundred shuffles, has no evidence: its luck is judged by what it is on average. One that finds
# five times a blind guess is far beyond that.
EVIDENCE = 0.01
# These two live on what is known of everybody; the others must find nothing.
BY_LIKENESS = {"A", "L"}
REPORT_ONLY = {"W"}
NAMED = frozenset({"named_person", "account_person"})
Truth = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """A line of the table."""

    combination: str
    row: Row
    limit: str
    passed: bool

    def as_json(self) -> dict[str, Any]:
        names = Row.__annotations__
        return {
            "combination": self.combination,
            **{name: getattr(self.row, name) for name in names},
            "limit": self.limit,
            "passed": self.passed,
        }


def blind_guess(people: int) -> float:
    """The most an attack may win that should win nothing."""
    return (BLIND_GUESSES if people >= LARGE else BLIND_GUESSES_SMALL) / people


def judge(combination: Combination, rows: Iterable[Row], truth: Truth) -> list[Verdict]:
    """Every row against its limit; what must be found and is not claimed at all fails too."""
    judged_rows = list(rows)
    missing = expected(combination) - {row.kind for row in judged_rows}
    judged_rows += [
        Row("best", kind, 0, 0.0, 0, 0, 0.0, 0.0, 0.0, 0.0, "") for kind in sorted(missing)
    ]
    return [Verdict(combination.name, row, *_limit(combination, row, truth)) for row in judged_rows]


def expected(combination: Combination) -> frozenset[str]:
    """Links this theft gives, by which the drill shows that its diary and the boxes work."""
    return combination.gives - {"alias_pair"}


def _limit(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    if row.attack in REPORT_ONLY:
        return "report only", True
    if _must_be_safe(combination, row.kind):
        return _of_a_link(combination, row, truth["people"])
    return _GIVEN[row.kind](combination, row, truth)


def _of_a_link(combination: Combination, row: Row, people: int) -> tuple[str, bool]:
    likely = row.attack in BY_LIKENESS or row.attack == "best"
    most = max(blind_guess(people), A_GUESS_IN_FIFTY) if likely else blind_guess(people)
    worst = max(WORST_COHORT, blind_guess(people))
    rightly_sure = round(row.confident * row.precision)
    # Of few targets the interval of no hit at all is wider than the limit: then the share itself
    # is held to it.
    is_few = row.n < ENOUGH or wilson(0.0, row.n) > most
    measured = row.accuracy if is_few else row.upper
    limit = f"{'share' if is_few else 'upper'} <= {most:.4f}"
    if measured > most and not is_few and row.p >= EVIDENCE:
        measured = wilson(row.luck, row.n)
        limit += f" of luck {row.luck:.4f} ({measured:.4f}; p {row.p:.2f})"
    passed = measured <= most and row.worst <= worst
    if combination.is_strict:
        return f"{limit}, none sure", passed and rightly_sure == 0
    return f"{limit}, worst {worst:.3f}", passed


def _all_or_none(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    """A link this theft does give: the best of all must find it for everybody."""
    if row.attack != "best":
        return "part of what is given", True
    return f">= {ALL}", row.accuracy >= ALL


def _alerts(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    if "alert_person" not in combination.gives:
        return "none", row.accuracy == 0
    return "exactly those", row.attack != "best" or (row.accuracy >= ALL and row.precision >= ALL)


def _slots(combination: Combination, row: Row, truth: Truth) -> tuple[str, bool]:
    """Passwords: what was planted, give or take one; without PEPPER none at all."""
    recovered = round(row.accuracy * row.n)
    if "slot" not in combination.gives:
        return "none", recovered == 0
    planted = sum(person["weak"] and not person["gone"] for person in truth["persons"])
    return f"{planted} planted, +-1", row.attack != "best" or (
        abs(recovered - planted) <= 1 and bool(recovered) == bool(planted)
    )


_GIVEN: dict[str, Callable[[Combination, Row, Truth], tuple[str, bool]]] = {
    **dict.fromkeys(LINKS, _all_or_none),
    "alert_person": _alerts,
    "slot": _slots,
}


def without_what_is_given(combination: Combination, kind: str, truth: Truth) -> Truth:
    """The truth without those this theft is known to give away: the others must be safe still.

    Letters, and the key of the mailer, give the names used here of those who asked for mail, and
    what they said under these; what they said anonymously only with the moderation key as well.
    """
    is_anonymous = kind not in NAMED
    by_key = "alert_person" in combination.gives
    mail = (
        by_key and "anonymous_account" in combination.gives
        if is_anonymous
        else by_key or combination.has_letters
    )
    left_out = {
        person["id"]
        for person in truth["persons"]
        if (mail and person["alerts"]) or ("slot" in combination.gives and person["weak"])
    }
    return {
        **truth,
        "persons": [
            {**person, "member": None} if person["id"] in left_out else person
            for person in truth["persons"]
        ],
        "posts": [
            post
            for post in truth["posts"]
            if post["person"] not in left_out and not post["careless"]
        ],
        "votes": [
            vote
            for vote in truth.get("votes", ())
            if vote["person"] not in left_out and not vote.get("careless")
        ],
    }


def reported_rates(combination: Combination, truth: Truth) -> Iterator[tuple[str, str, Truth]]:
    """Links without a limit, because the page warns the author: name, reason, and those links."""
    if not combination.gives & {"anonymous_person", "anonymous_account"}:
        posts = [post for post in truth["posts"] if post["careless"]]
        yield "careless", "told at posting", {**truth, "posts": posts, "votes": []}
    if not combination.gives & VOTES:
        votes = [vote for vote in truth.get("votes", ()) if vote.get("careless")]
        yield "careless", "told on the privacy page", {**truth, "posts": [], "votes": votes}
    if combination.has_letters and "named_person" not in combination.gives:
        posts = [post for post in truth["posts"] if post["alert"] and not post["anonymous"]]
        yield "mail", "told where asked", {**truth, "posts": posts, "votes": []}


def rows_that_count(
    combination: Combination, truth: Truth, score: Callable[[Truth], list[Row]]
) -> list[Row]:
    """What is given is counted among all; what must be safe, among those not given away."""
    given = [row for row in score(truth) if not _must_be_safe(combination, row.kind)]
    safe: list[Row] = []
    for kinds in (NAMED, LINKS - NAMED, VOTES):
        reduced = without_what_is_given(combination, min(kinds), truth)
        safe += [
            row
            for row in score(reduced)
            if row.kind in kinds and _must_be_safe(combination, row.kind)
        ]
    return given + safe


def _must_be_safe(combination: Combination, kind: str) -> bool:
    return kind in LINKS | VOTES and kind not in combination.gives


def reported_rows(
    combination: Combination, truth: Truth, score: Callable[[Truth], list[Row]]
) -> list[Verdict]:
    """The best of all on each kind of link, of what is held against no limit."""
    return [
        Verdict(
            combination.name, replace(row, attack=name), f"not held against limits: {why}", True
        )
        for name, why, part in reported_rates(combination, truth)
        for row in score(part)
        if row.attack == "best" and row.n and row.kind in (*POST_KINDS, *VOTES)
    ]


def passed(verdicts: Sequence[Verdict]) -> bool:
    return all(verdict.passed for verdict in verdicts)
