"""Orders that tell when rows were written: in both stores, or beside named rows.

An order is believed only where a time of the rows themselves bears it out, by a rank correlation
(Spearman) that chance does not give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen import (
    MEMBERS,
    POSTS,
    USERS,
    Row,
    Stolen,
    bare,
    dashed,
    seconds,
)

# So many standard deviations of Spearman's coefficient, 1 / sqrt(n - 1) each, are no chance.
TELLING, MIN_ROWS, BY_KEY = 4.0, 8, 0.9
Ranks = np.ndarray[Any, np.dtype[np.float64]]


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """The rank correlation, ties at their mean rank; 0 where either does not vary."""
    first, second = _ranks(left), _ranks(right)
    spread = float(first.std() * second.std())
    return float(((first - first.mean()) * (second - second.mean())).mean()) / (spread or np.inf)


def _ranks(values: Sequence[float]) -> Ranks:
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    middle: Ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return middle


def _place(row: Row) -> float:
    block, line = str(row["ctid"]).strip("()").split(",")
    return int(block) * 1000.0 + int(line)


def _uuid(row: Row) -> float:
    return float(int(bare(row["id"])[:12], 16))


ORDERS: dict[str, Callable[[Row], float]] = {
    "order ctid": _place,
    "order xmin": lambda row: float(row["xmin"]),
    "order uuid": _uuid,
}


def attack(stolen: Stolen) -> list[Claim]:
    return [
        claim
        for name, order in ORDERS.items()
        for found in (_same_rank(stolen, name, order), _next_rows(stolen, name, order))
        for claim in found
    ]


def _same_rank(stolen: Stolen, name: str, order: Callable[[Row], float]) -> Iterator[Claim]:
    """The first, second, third person is the first, second, third account."""
    sides = [stolen.identity.get(USERS, ()), stolen.community.get(MEMBERS, ())]
    persons, members = (sorted(rows, key=order) for rows in sides)
    is_random = order is _uuid and not all(bare(row["id"])[12] == "7" for row in members)
    if min(len(persons), len(members)) < MIN_ROWS or is_random or _lie_by_key(members, order):
        return
    scale = (len(persons) - 1) / (len(members) - 1)
    owner = {
        bare(row["id"]): dashed(bare(persons[round(at * scale)]["id"]))
        for at, row in enumerate(members)
    }
    for account, person in owner.items():
        yield Claim(name, "account_person", dashed(account), person, 1.0, 0.4)
    for post in stolen.posts.values():
        if post.author in owner:
            yield Claim(name, "named_person", post.public_id, owner[post.author], 1.0, 0.4)


def _lie_by_key(rows: Sequence[Row], order: Callable[[Row], float]) -> bool:
    """Whether the table was rewritten in the order of its random keys, or in one transaction."""
    values = [order(row) for row in rows]
    return (
        spearman(values, [_uuid(row) for row in rows]) > BY_KEY or len(set(values)) < len(rows) / 2
    )


def _next_rows(stolen: Stolen, name: str, order: Callable[[Row], float]) -> Iterator[Claim]:
    """The authors of the named rows before and after, where the order is one of writing."""
    for table in POSTS:
        rows = sorted(stolen.community.get(table, ()), key=order)
        times = [seconds(row["posted_at"]) or 0.0 for row in rows]
        told = spearman([order(row) for row in rows], times) if len(rows) >= MIN_ROWS else 0.0
        if abs(told) * len(rows) ** 0.5 <= TELLING:
            continue
        for at, row in enumerate(rows):
            if not row["author_id"]:
                near = {_author(reversed(rows[:at])), _author(iter(rows[at + 1 :]))} - {""}
                for account in near:
                    left, share = row["public_id"], 1 / len(near)
                    yield Claim(name, "anonymous_account", left, dashed(account), share, 0.4)


def _author(rows: Iterator[Row]) -> str:
    return next((bare(row["author_id"]) for row in rows if row["author_id"]), "")
