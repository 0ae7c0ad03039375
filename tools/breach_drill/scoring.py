"""Claims against the diary: how much each attack won."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from tools.breach_drill.attacks.stolen import Claim

Groups = tuple[tuple[str, ...], ...]
Targets = dict[str, set[str]]
SURE, Z, YES = 0.9, 1.96, "yes"
# Shuffles tell luck from evidence; in a handful of people nothing does.
SHUFFLES, TOGETHER, ENOUGH_TO_SHUFFLE, NOTEWORTHY = 400, 50, 100, 2
# Thirty blind guesses among 300: no shuffle comes near it, so none is tried.
BEYOND_LUCK = 0.1
# Kind of link to its side of the diary and the column with the right answer.
POST_KINDS = {f"{side}_person": (side, "person") for side in ("named", "anonymous", "vote")}
POST_KINDS |= {f"{side}_account": (side, "member") for side in ("anonymous", "vote")}
POST_KINDS["minute"] = ("anonymous", "minute")
# Whose posts, accounts and answers are also scored by themselves.
COHORTS = {"": "", "gone": "leavers", "banned": "banned"}


@dataclass(frozen=True)
class Row:
    """One attack on one kind of link, of everybody or of one cohort."""

    attack: str
    kind: str
    cohort: str
    n: int
    accuracy: float
    claims: int
    confident: int
    right: int  # of the confident ones
    upper: float
    luck: float = 0.0  # of shuffled answers, and how often they win as much (`by_luck`)
    p: float = 0.0


@dataclass
class Truth:
    """The diary, indexed."""

    persons: dict[str, dict[str, Any]]
    posts: dict[str, dict[str, Any]]
    people: int
    # Other names by which an attack may call a person or an account.
    alias: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, diary: dict[str, Any]) -> Truth:
        persons = {person["id"]: person for person in diary["persons"]}
        alias = {f"email:{person['email']}": key for key, person in persons.items()}
        alias |= {f"handle:{p['handle']}": p["member"] for p in persons.values() if p["member"]}
        posts = {}
        for post in diary["posts"]:
            minute = dt.datetime.fromisoformat(post["at"]).timestamp() // 60
            side = "anonymous" if post["anonymous"] else "named"
            posts[post["id"]] = post | {"side": side, "minute": str(int(minute))}
        votes = {vote["id"]: vote | {"side": "vote"} for vote in diary["votes"]}
        return cls(persons, posts | votes, diary["people"], alias)

    def without(self, persons: set[str], posts: set[str]) -> Truth:
        """The truth without those that a theft is known to give away, or that were told so."""
        left = {k: p | {"member": None} if k in persons else p for k, p in self.persons.items()}
        kept = {k: post for k, post in self.posts.items() if post["person"] not in persons}
        return replace(self, persons=left, posts={k: kept[k] for k in kept.keys() - posts})

    def targets(self, kind: str, cohort: str) -> Targets:
        """What should be found: left to the right answers."""
        inside = {k: p for k, p in self.persons.items() if not cohort or p.get(cohort)}
        posts = [post for post in self.posts.values() if post["person"] in inside]
        if kind in POST_KINDS:
            side, column = POST_KINDS[kind]
            own = (post for post in posts if post["side"] == side)
            asked = (post for post in own if kind != "minute" or post["kind"] == "comment")
            return {post["id"]: {post[column]} for post in asked}
        if kind == "slot":
            return {key: {p["password"]} for key, p in inside.items() if not p["gone"]}
        if kind == "alias_pair":
            return _alias_pairs(post for post in posts if post["side"] == "anonymous")
        members = {p["member"]: {key} for key, p in inside.items() if p["member"]}
        if kind == "alert_person":
            wants = {p["member"] for p in posts if p["side"] == "named" and p["alert"]}
            return {member: persons for member, persons in members.items() if member in wants}
        return members


def _alias_pairs(posts: Iterable[dict[str, Any]]) -> Targets:
    pairs = [(a, b) for a, b in itertools.combinations(posts, 2) if a["member"] == b["member"]]
    return {pair(a["id"], b["id"]): {YES} for a, b in pairs if a["case"] != b["case"]}


def pair(left: str, right: str) -> str:
    return "|".join(sorted((left, right)))


def score(claims: Iterable[Claim], truth: Truth) -> list[Row]:
    """One row for each attack, kind and cohort, and one for the best of all attacks on a kind."""
    by_kind: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        found = claim._replace(right=truth.alias.get(claim.right, claim.right))
        if claim.kind == "alias_pair":
            found = claim._replace(left=pair(claim.left, claim.right), right=YES)
        by_kind[claim.kind][claim.attack].append(found)
    rows: list[Row] = []
    for kind, by_attack in sorted(by_kind.items()):
        for column, cohort in COHORTS.items():
            targets = truth.targets(kind, column)
            own = by_attack.items()
            part = [_row(name, kind, cohort, those, targets, truth) for name, those in own]
            part.sort(key=lambda row: -row.accuracy)
            rows += [*part, replace(part[0], attack="best")]
    return rows


def _row(
    attack: str, kind: str, cohort: str, claims: Sequence[Claim], targets: Targets, truth: Truth
) -> Row:
    won: dict[str, float] = dict.fromkeys(targets, 0.0)
    own = [claim for claim in claims if claim.left in targets]
    sure = [claim for claim in claims if claim.confidence >= SURE]
    if kind != "alias_pair":  # a pair of two authors is a wrong claim, any other is about nobody
        sure = [claim for claim in sure if claim.left in targets]
    for claim in own:
        if claim.right in targets[claim.left]:
            won[claim.left] = min(won[claim.left] + claim.credit, 1.0)
    # What is claimed of all posts of one author is one claim.
    is_pair = kind == "alias_pair"
    believed = {(c.right, c.left if is_pair else "", *targets.get(c.left, ())) for c in sure}
    right = sum(claimed in answers for claimed, _, *answers in believed)
    n = len(won)
    accuracy = sum(won.values()) / n if n else 0.0
    upper = wilson(accuracy, n)
    is_telling = truth.people >= ENOUGH_TO_SHUFFLE and accuracy < BEYOND_LUCK and kind != "minute"
    luck, p = 0.0, 0.0
    if is_telling and upper > NOTEWORTHY / truth.people:
        luck, p = by_luck(own, targets, truth, accuracy)
    return Row(attack, kind, cohort, n, accuracy, len(own), len(believed), right, upper, luck, p)


def by_luck(
    claims: Sequence[Claim], targets: Targets, truth: Truth, accuracy: float
) -> tuple[float, float]:
    """What these claims win where the answers are shuffled: the mean, and the share of shuffles in
    which it is as much as `accuracy`. Everything of one person moves together, and people change
    places with those who joined about when they did.
    """
    credit: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for claim in claims:
        credit[claim.left][claim.right] += claim.credit
    scored = [
        (credit[left], next(iter(right))) for left, right in targets.items() if left in credit
    ]
    groups = _neighbours(truth, {answer for _, answer in scored})
    won = [
        sum(min(credits.get(moved[answer], 0.0), 1.0) for credits, answer in scored) / len(targets)
        for moved in _shuffles(groups)
    ]
    as_much = sum(value >= accuracy - 1e-12 for value in won)
    return sum(won) / SHUFFLES, (as_much + 1) / (SHUFFLES + 1)


@lru_cache(maxsize=2)
def _shuffles(groups: Groups) -> list[dict[str, str]]:
    """Repeatable permutations of people, the same for every attack."""
    chance, places = random.Random(SHUFFLES), [key for group in groups for key in group]
    moved = ((k for g in groups for k in chance.sample(g, len(g))) for _ in range(SHUFFLES))
    return [dict(zip(places, keys, strict=True)) for keys in moved]


def _neighbours(truth: Truth, answers: set[str]) -> Groups:
    """Persons and accounts in groups that joined at about the same time; others by themselves."""
    joined = sorted(truth.persons.values(), key=lambda person: str(person["joined_at"]))
    sides = ([str(p[name]) for p in joined if p[name]] for name in ("id", "member"))
    groups = [keys[n : n + TOGETHER] for keys in sides for n in range(0, len(keys), TOGETHER)]
    known = {key for group in groups for key in group}
    return (*map(tuple, groups), *((answer,) for answer in sorted(answers - known)))


def wilson(share: float, n: int) -> float:
    """The upper end of the 95 % interval for a share of n (Wilson 1927)."""
    if n == 0:
        return 0.0
    middle = share + Z * Z / (2 * n)
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (middle + spread) / (1 + Z * Z / n)
