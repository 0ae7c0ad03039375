"""Times and orders: of rows, log lines, emails and pages, against the times of posts.

An order of rows is believed only where their own times bear it out, by a rank correlation
(Spearman) that chance does not give.
"""

from __future__ import annotations

import email
import random
import re
from collections.abc import Callable, Iterator, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import numpy as np

from tools.breach_drill.attacks import companions
from tools.breach_drill.attacks.stolen import (
    HOUR,
    MEMBERS,
    MINUTE,
    POSTS,
    USERS,
    WAIT,
    Claim,
    Post,
    Row,
    Stolen,
    Timeline,
    bare,
    dashed,
    lines,
    seconds,
)

NEAR, MARK = 300.0, 20
_KEY = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_CURSOR = re.compile(r"^\d+_(\d+)$")


def attack(stolen: Stolen) -> list[Claim]:
    """Every time that is kept with a person or an account, against every post."""
    claims = _emails(stolen)
    for kind in ("account", "person"):

        def near(post: Post, moments: Timeline = Timeline(_moments(stolen, kind))) -> set[str]:  # noqa: B008
            return moments.between(post.begin - NEAR, post.end + NEAR)

        claims += companions.of_owners(stolen, "times", near, kind=kind)
    return claims


def _moments(stolen: Stolen, kind: str) -> Iterator[tuple[float, str]]:
    tables = (*stolen.identity.values(), *stolen.community.values())
    for row in (row for rows in tables for row in rows):
        owner = stolen.owner(row)
        if owner is not None and owner[0] == kind:
            yield from ((at, owner[1]) for value in row.values() if (at := seconds(value)))
    for path in sorted((stolen.first / "LG").glob("*.log")) if "LG" in stolen.stores else ():
        for line in path.read_text(errors="replace").splitlines():
            keys = map(bare, _KEY.findall(line))
            known = stolen.persons if kind == "person" else stolen.accounts
            at = seconds(line.partition(" ")[0]) or 0.0
            yield from ((at, key) for key in keys if key in known)


def _emails(stolen: Stolen) -> list[Claim]:
    """Addresses to accounts: who got an email when something happened in whose cases.

    Who reads the spool, or stands at the mail server, sees addresses and times.
    """
    if "ML" not in stolen.stores:
        return []
    sent: list[tuple[float, str]] = []
    for path in (stolen.first / "ML").glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes())
        at = parsedate_to_datetime(message["Date"]).timestamp()
        sent.append((at, f"email:{str(message['To']).lower()}"))
    mails = Timeline(sent)
    authors = {post.key: post.author for post in stolen.posts.values() if post.author}
    rows = (row for name in POSTS for row in stolen.community.get(name, ()) if row["author_id"])
    happened = ((authors.get(bare(r.get("case_id"))), seconds(r["posted_at"]) or 0.0) for r in rows)
    together = (({author}, mails.between(at, at + HOUR)) for author, at in happened if author)
    return companions.of_pairs(stolen, "emails", together)


# Pages, which nobody has to steal.


def pages(stolen: Stolen) -> list[Claim]:
    """What a member sees who reads often: times that are shown, and when something changed."""
    seen = lines(stolen.capture / "W" / "pages.jsonl") if "W" in stolen.stores else ()
    items: dict[str, Row] = {}
    for page in seen:
        for item in page["items"]:
            if item["kind"] != "case-card":
                at = seconds(page["at"]) or 0.0
                items.setdefault(item["key"], item | {"seen": at, "at": seconds(item["at"]) or at})
    named = [item for item in items.values() if not item["anonymous"]]
    moments = Timeline((item["at"], f"handle:{item['name']}") for item in named)
    hidden = [item for _, item in sorted(items.items()) if item["anonymous"]]
    claims = []
    for item in hidden:
        end = item["at"] if item["at"] % HOUR else item["at"] + HOUR
        near = moments.between(item["at"] - WAIT, end)
        for handle in near if len(near) <= companions.MAX_CROWD else ():
            share = 1 / len(near)
            claims.append(
                Claim("pages", "anonymous_account", item["key"], handle, share, share / 2)
            )
    positions = _positions(seen, items)
    comments = [item for item in hidden if item["kind"] == "comment"]
    return claims + [_minute(item, items, positions) for item in comments]


def _positions(seen: tuple[Row, ...], items: dict[str, Row]) -> dict[str, tuple[str, int]]:
    """Of each comment its case and position: the page that begins with a comment has a cursor to
    what is before it.
    """
    found: dict[str, tuple[str, int]] = {}
    for page in seen:
        case, _, key = page["path"].partition("?comment=")
        match = _CURSOR.match(page["cursors"][0]) if key and page["cursors"] else None
        if match and key in items:
            found.setdefault(key, (case, int(match[1])))
    return found


def _minute(item: Row, items: dict[str, Row], positions: dict[str, tuple[str, int]]) -> Claim:
    """The minute in which an anonymous comment was written.

    A gap before a named comment was left by a comment that waits; the minute is then that before
    the named comment behind the gap. Without a gap, one of the last minutes is guessed.
    """
    at, sure = item["seen"] - random.Random(item["key"]).randint(1, MARK) * MINUTE, 1 / MARK
    case, position = positions.get(item["key"], ("", 0))
    named = (key for key, place in positions.items() if case == place[0] and position < place[1])
    behind = min((items[key]["at"] for key in named if not items[key]["anonymous"]), default=at)
    if behind != at and behind < item["seen"] - MINUTE:
        at, sure = behind - MINUTE, 0.9
    return Claim("watcher", "minute", item["key"], str(int(at // MINUTE)), 1.0, sure)


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


ORDERS = {"ctid": _place, "xmin": lambda row: float(row["xmin"])}


def attack_orders(stolen: Stolen) -> list[Claim]:
    found = ((f"order {name}", order) for name, order in ORDERS.items())
    return [c for pair in found for way in (_same_rank, _next_rows) for c in way(stolen, *pair)]


def _same_rank(stolen: Stolen, name: str, order: Order) -> Iterator[Claim]:
    """The first, second, third person is the first, second, third account."""
    sides = stolen.identity.get(USERS, ()), stolen.community.get(MEMBERS, ())
    persons, members = (sorted(rows, key=order) for rows in sides)
    keys, places = [int(bare(row["id"])[:12], 16) for row in members], [*map(order, members)]
    is_told = len(set(places)) >= max(len(places) / 2, MIN_ROWS)
    if len(persons) < MIN_ROWS or not is_told or spearman(places, keys) > BY_KEY:
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
    for table in POSTS:
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
