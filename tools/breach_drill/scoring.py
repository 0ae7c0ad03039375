"""Claims against the diary: how much each attack won."""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tools.breach_drill.attacks.claims import Claim

Groups = tuple[tuple[str, ...], ...]
SURE = 0.9
Z = 1.96
YES = "yes"
MIN_COHORT_SIZE = 10
# Shuffles tell luck from evidence; in a handful of people nothing does.
SHUFFLES, JOINED_TOGETHER, ENOUGH_TO_SHUFFLE, NOTEWORTHY = 400, 50, 100, 4
# Thirty blind guesses among 300: no shuffle comes near it, so none is tried.
BEYOND_LUCK = 0.1
POST_KINDS = {
    "named_person": ("person", False),
    "anonymous_person": ("person", True),
    "anonymous_account": ("member", True),
}
VOTE_KINDS = {"vote_person": "person", "vote_account": "member"}


@dataclass(frozen=True)
class Row:
    """One attack on one kind of link; `worst` is the accuracy in the worst cohort."""

    attack: str
    kind: str
    n: int
    accuracy: float
    claims: int
    confident: int
    precision: float
    lift: float
    upper: float
    worst: float
    worst_cohort: str
    # What the same claims win on average against shuffled answers, and how often they win as much
    # as here. Worked out only where an attack seems to have found something.
    luck: float = 0.0
    p: float = 0.0


@dataclass
class Truth:
    """The diary, indexed."""

    persons: dict[str, dict[str, Any]]
    posts: dict[str, dict[str, Any]]
    people: int
    # Other names by which an attack may call a person.
    alias: dict[str, str] = field(default_factory=dict)
    votes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Truth:
        return cls.from_json(json.loads(path.read_text()))

    @classmethod
    def from_json(cls, reported: dict[str, Any]) -> Truth:
        persons = {person["id"]: person for person in reported["persons"]}
        alias = {f"npi:{person['npi']}": key for key, person in persons.items()}
        alias |= {f"email:{person['email']}": key for key, person in persons.items()}
        alias |= {f"handle:{p.get('handle')}": p["member"] for p in persons.values() if p["member"]}
        posts = {post["id"]: post for post in reported["posts"] if not post["gone"]}
        votes = {vote["id"]: vote for vote in reported.get("votes", ()) if not vote["gone"]}
        return cls(persons, posts, reported["people"], alias, votes)

    @property
    def members(self) -> dict[str, str]:
        """Account to person, without those who left."""
        return {
            person["member"]: key
            for key, person in self.persons.items()
            if person["member"] and not person["gone"]
        }


def score(claims: Iterable[Claim], truth: Truth) -> list[Row]:
    """One row for each attack and kind, and one for the best of all attacks on a kind."""
    by_kind: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        by_kind[claim.kind][claim.attack].append(claim)
    rows: list[Row] = []
    for kind, by_attack in sorted(by_kind.items()):
        targets = _targets(kind, truth)
        scored = [
            _row(attack, kind, claims, targets, truth) for attack, claims in by_attack.items()
        ]
        scored.sort(key=lambda row: -row.accuracy)
        judged = [row for row in scored if row.attack != "W"]
        rows += scored
        if judged:
            top = judged[0]
            rows.append(Row("best", *[getattr(top, name) for name in _FIELDS[1:]]))
    return rows


_FIELDS = tuple(Row.__annotations__)


def _targets(kind: str, truth: Truth) -> dict[str, set[str]]:
    """What should be found: left to the right answers."""
    if kind in POST_KINDS:
        column, anonymous = POST_KINDS[kind]
        return {
            key: {post[column]}
            for key, post in truth.posts.items()
            if post["anonymous"] == anonymous and not post["real_name"]
        }
    if kind in VOTE_KINDS:
        return {key: {vote[VOTE_KINDS[kind]]} for key, vote in truth.votes.items()}
    if kind == "account_person":
        return {member: {person} for member, person in truth.members.items()}
    if kind == "alert_person":
        # Members with only anonymous posts have no account next to their address.
        named = [post for post in truth.posts.values() if not post["anonymous"]]
        wanted = {post["member"] for post in named if post["alert"]}
        return {m: {p} for m, p in truth.members.items() if m in wanted}
    if kind == "slot":
        return {key: {p["password"]} for key, p in truth.persons.items() if not p["gone"]}
    return _alias_pairs(truth)


def _alias_pairs(truth: Truth) -> dict[str, set[str]]:
    by_member: dict[str, list[str]] = defaultdict(list)
    for key, post in truth.posts.items():
        if post["anonymous"]:
            by_member[post["member"]].append(key)
    return {
        _pair(post, other): {YES}
        for keys in by_member.values()
        for post in keys
        for other in keys
        if post < other and truth.posts[post]["case"] != truth.posts[other]["case"]
    }


def _pair(left: str, right: str) -> str:
    return "|".join(sorted((left, right)))


def _row(
    attack: str, kind: str, claims: Sequence[Claim], targets: dict[str, set[str]], truth: Truth
) -> Row:
    won: dict[str, float] = dict.fromkeys(targets, 0.0)
    confident = right = made = 0
    for claim in _about(kind, claims, truth):
        if claim.left not in targets and kind != "alias_pair":
            continue
        made += 1
        is_right = truth.alias.get(claim.right, claim.right) in targets.get(claim.left, ())
        if is_right:
            won[claim.left] = min(won[claim.left] + claim.credit, 1.0)
        if claim.confidence >= SURE:
            confident += 1
            right += is_right
    n = len(won)
    accuracy = sum(won.values()) / n if n else 0.0
    worst, cohort = _worst(kind, won, truth)
    is_telling = (
        truth.people >= ENOUGH_TO_SHUFFLE
        and wilson(accuracy, n) > NOTEWORTHY / truth.people
        and accuracy < BEYOND_LUCK
        and attack != "W"
    )
    luck, p = by_luck(claims, targets, truth, accuracy) if is_telling else (0.0, 0.0)
    return Row(
        attack=attack,
        kind=kind,
        n=n,
        accuracy=accuracy,
        claims=made,
        confident=confident,
        precision=right / confident if confident else 0.0,
        lift=accuracy * truth.people,
        upper=wilson(accuracy, n),
        worst=worst,
        worst_cohort=cohort,
        luck=luck,
        p=p,
    )


def by_luck(
    claims: Sequence[Claim], targets: dict[str, set[str]], truth: Truth, accuracy: float
) -> tuple[float, float]:
    """What these claims win where the answers are shuffled: the mean, and the share of shuffles in
    which it is as much as `accuracy`. Everything of one person moves together, and people change
    places with those who joined about when they did.
    """
    credit: dict[str, dict[str, float]] = defaultdict(dict)
    for claim in claims:
        if claim.left in targets:
            right = truth.alias.get(claim.right, claim.right)
            credit[claim.left][right] = credit[claim.left].get(right, 0.0) + claim.credit
    scored_targets = [
        (credit[left], next(iter(targets[left]))) for left in targets if left in credit
    ]
    groups = _neighbours(truth, {answer for _, answer in scored_targets})
    won = [
        sum(min(credits.get(moved[answer], 0.0), 1.0) for credits, answer in scored_targets)
        / len(targets)
        for moved in _shuffles(groups)
    ]
    as_much = sum(value >= accuracy - 1e-12 for value in won)
    return sum(won) / SHUFFLES, (as_much + 1) / (SHUFFLES + 1)


@lru_cache(maxsize=2)
def _shuffles(groups: Groups) -> list[dict[str, str]]:
    """A repeatable permutation of people, the same for every attack."""
    chance = random.Random(SHUFFLES)
    return [
        {
            key: other
            for group in groups
            for key, other in zip(group, chance.sample(group, len(group)), strict=True)
        }
        for _ in range(SHUFFLES)
    ]


def _neighbours(truth: Truth, answers: set[str]) -> Groups:
    """Persons and accounts in groups that joined at about the same time; others by themselves."""
    joined = sorted(truth.persons.values(), key=lambda person: str(person["joined_at"]))
    groups: list[tuple[str, ...]] = []
    known = set[str]()
    for name in ("id", "member"):
        keys = [str(person[name]) for person in joined if person[name]]
        for at in range(0, len(keys), JOINED_TOGETHER):
            groups.append(tuple(keys[at : at + JOINED_TOGETHER]))
        known |= set(keys)
    return (*groups, *((answer,) for answer in sorted(answers - known)))


def _about(kind: str, claims: Sequence[Claim], truth: Truth) -> Iterable[Claim]:
    """Of pairs, the two are one `left`; pairs with a post that does not count are left out."""
    for claim in claims:
        if kind != "alias_pair":
            yield claim
        elif claim.left in truth.posts and claim.right in truth.posts:
            yield claim._replace(left=_pair(claim.left, claim.right), right=YES)


def _worst(kind: str, won: dict[str, float], truth: Truth) -> tuple[float, str]:
    """The newest twentieth of members, and the twentieth with the rarest attributes.

    A cohort of fewer than ten says nothing and is left out.
    """
    cohorts = []
    for cohort in ("newest", "rare"):
        of = {left: _person_of(left, truth) for left in won}
        part = [value for left, value in won.items() if of[left].get(cohort)]
        if len({person["id"] for person in of.values() if person.get(cohort)}) >= MIN_COHORT_SIZE:
            cohorts.append((sum(part) / len(part), cohort))
    return max(cohorts, default=(0.0, ""))


def _person_of(left: str, truth: Truth) -> dict[str, Any]:
    left = left.partition("|")[0]
    if left in truth.posts:
        return truth.persons.get(truth.posts[left]["person"], {})
    if left in truth.votes:
        return truth.persons.get(truth.votes[left]["person"], {})
    return truth.persons.get(truth.members.get(left, left), {})


def wilson(share: float, n: int) -> float:
    """The upper end of the 95 % interval for a share of n (Wilson 1927)."""
    if n == 0:
        return 0.0
    middle = share + Z * Z / (2 * n)
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (middle + spread) / (1 + Z * Z / n)
