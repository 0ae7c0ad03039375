"""Orders that tell when rows were written: in both stores, or beside named rows.

An order is believed only where a time of the rows themselves bears it out, by a rank correlation
(Spearman) that chance does not give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from tools.breach_drill.attacks import stolen as names
from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen import Row, Stolen, bare, dashed, seconds

# So many standard deviations of Spearman's coefficient, 1 / sqrt(n - 1) each, are no chance.
TELLING, MIN_ROWS, BY_KEY = 4.0, 8, 0.9
Order = Callable[[Row], float]


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """The rank correlation, ties at their mean rank; 0 where either does not vary."""
    first, second = _ranks(left), _ranks(right)
    spread = float(first.std() * second.std())
    return float(((first - first.mean()) * (second - second.mean())).mean()) / (spread or np.inf)


def _ranks(values: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    middle: np.ndarray[Any, np.dtype[np.float64]] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return middle


def _place(row: Row) -> float:
    block, line = str(row["ctid"]).strip("()").split(",")
    return int(block) * 1000.0 + int(line)


def _uuid(row: Row) -> float:
    return float(int(bare(row["id"])[:12], 16))


ORDERS = {"ctid": _place, "xmin": lambda row: float(row["xmin"]), "uuid": _uuid}


def attack(stolen: Stolen) -> list[Claim]:
    found = ((f"order {name}", order) for name, order in ORDERS.items())
    return [c for pair in found for way in (_same_rank, _next_rows) for c in way(stolen, *pair)]


def _same_rank(stolen: Stolen, name: str, order: Order) -> Iterator[Claim]:
    """The first, second, third person is the first, second, third account."""
    sides = stolen.identity.get(names.USERS, ()), stolen.community.get(names.MEMBERS, ())
    persons, members = (sorted(rows, key=order) for rows in sides)
    by_key = spearman([*map(order, members)], [*map(_uuid, members)]) if members else 0.0
    is_random = order is _uuid and not all(bare(row["id"])[12] == "7" for row in members)
    is_one = len({order(row) for row in members}) < len(members) / 2
    few = min(len(persons), len(members)) < MIN_ROWS
    if few or is_one or is_random or (by_key > BY_KEY and order is not _uuid):
        return  # few, written in one transaction, or rewritten in the order of random keys
    scale = (len(persons) - 1) / (len(members) - 1)
    for at, row in enumerate(members):
        account, person = bare(row["id"]), dashed(bare(persons[round(at * scale)]["id"]))
        yield Claim(name, "account_person", dashed(account), person, 1.0, 0.4)
        for post in stolen.posts.values():
            if post.author == account:
                yield Claim(name, "named_person", post.public_id, person, 1.0, 0.4)


def _next_rows(stolen: Stolen, name: str, order: Order) -> Iterator[Claim]:
    """The authors of the named rows before and after, where the order is one of writing."""
    for table in names.POSTS:
        rows = sorted(stolen.community.get(table, ()), key=order)
        times = [seconds(row["posted_at"]) or 0.0 for row in rows]
        told = spearman([*map(order, rows)], times) if len(rows) >= MIN_ROWS else 0.0
        for at, row in enumerate(rows if abs(told) * len(rows) ** 0.5 > TELLING else ()):
            near = {_author(reversed(rows[:at])), _author(iter(rows[at + 1 :]))} - {""}
            for account in near if not row["author_id"] else ():
                left, share = row["public_id"], 1 / len(near)
                yield Claim(name, "anonymous_account", left, dashed(account), share, 0.4)


def _author(rows: Iterator[Row]) -> str:
    return next((bare(row["author_id"]) for row in rows if row["author_id"]), "")
