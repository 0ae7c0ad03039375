"""What a thief of some stores holds: rows, nights, posts and the people they name."""

from __future__ import annotations

import base64
import datetime as dt
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]
Tables = dict[str, tuple[Row, ...]]
POSTS = ("cases_case", "cases_comment")
USERS, MEMBERS, ANSWERS = "accounts_user", "members_member", "polls_answer"
HOUR, MINUTE, DAY = 3600.0, 60.0, 86_400.0
# An anonymous post may wait so long before it appears.
WAIT = 1800.0
NOT_CONTENT = {"ctid", "xmin"}
KEYS = ("id", "locator", "post_id", "case_id", "user_id", "image_id", "table", "night")


class Claim(NamedTuple):
    """`left` belongs to `right` (README.md). Credits of all claims for one `left` are 1 at most."""

    attack: str
    kind: str
    left: str
    right: str
    credit: float
    confidence: float


class Post(NamedTuple):
    """A post or an answer, as its row describes it; written between begin and end (seconds)."""

    public_id: str
    key: str
    case: str
    author: str
    tag: str
    begin: float
    end: float
    is_vote: bool = False

    @property
    def group(self) -> str:
        """Posts of one author."""
        return self.author or self.tag


@lru_cache(maxsize=2048)
def lines(path: Path) -> tuple[Row, ...]:
    if not path.exists():
        return ()
    with path.open(encoding="utf-8") as file:
        return tuple(json.loads(line) for line in file)


def bare(value: object) -> str:
    """A key without dashes and prefix: hex digits."""
    return str(value or "").replace("-", "").removeprefix("\\x")


def is_key(text: str) -> bool:
    return len(text) == 32 and not text.strip("0123456789abcdef")


def dashed(key: str) -> str:
    """A person or account as the diary names it; anything but 32 hex digits stays as it is."""
    return "-".join((key[:8], key[8:12], key[12:16], key[16:20], key[20:])) if is_key(key) else key


def seconds(value: object) -> float | None:
    """Seconds since 1970 of an ISO time; None for anything else, and for whole days."""
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    moment = (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp() if at else 0.0
    return moment if moment % DAY else None


def keys_of(value: object) -> Iterator[str]:
    """Every value of a row that may be a key, and what lists and objects in it hold."""
    if isinstance(value, str):
        if 32 <= len(value) <= 36 and is_key(bare(value)):
            yield bare(value)
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from keys_of(part)


def name_of(row: Row) -> str:
    """The primary key, as far as one can tell."""
    found = (str(row[name]) for name in KEYS if row.get(name) is not None)
    return next(found, "") or str([row[name] for name in row.keys() - NOT_CONTENT])


class Timeline:
    """Moments with what happened then."""

    def __init__(self, events: Iterable[tuple[float, str]]) -> None:
        self.events = sorted(events)
        self._moments = [at for at, _ in self.events]

    def between(self, begin: float, end: float) -> set[str]:
        first, last = bisect_left(self._moments, begin), bisect_right(self._moments, end)
        return {what for _, what in self.events[first:last]}


class Stolen:
    """Stores and keys of one theft. What was not stolen is not opened."""

    def __init__(self, capture: Path, stores: frozenset[str], groups: frozenset[str]) -> None:
        self.capture, self.stores, self.groups = capture, stores, groups
        self.first = capture / "C1"
        self.identity = self._side(self.first, "I")
        self.community = self._side(self.first, "C")

    def _side(self, folder: Path, name: str) -> Tables:
        paths = sorted((folder / name).glob("*.jsonl")) if name in self.stores else []
        return {path.stem: lines(path) for path in paths}

    def nights(self) -> Iterator[tuple[float, Tables, Tables]]:
        """Time, identity store and community store of each night, and of the theft; with the
        backup alone, of the last night and of the theft.
        """
        folders = sorted((self.capture / "N").glob("*"))
        few = folders[-2:] if "BK" in self.stores else []
        for folder in folders if "N" in self.stores else few:
            at = seconds(json.loads((folder / "at.json").read_text())["at"]) or 0.0
            yield at, self._side(folder, "I"), self._side(folder, "C")

    @cached_property
    def persons(self) -> frozenset[str]:
        return frozenset(bare(row["id"]) for row in self.identity.get(USERS, ()))

    @cached_property
    def accounts(self) -> frozenset[str]:
        """Of all nights: a row may go, and posts name their authors."""
        rows = (row for _, _, side in self.nights() for row in side.get(MEMBERS, ()))
        named = {post.author for post in self.posts.values() if post.author}
        return frozenset(bare(row["id"]) for row in rows) | named

    @cached_property
    def public_keys(self) -> frozenset[str]:
        """Keys of what members see: cases, comments, polls, and all that belongs to them."""
        seen = (
            rows for name, rows in self.community.items() if name.startswith(("cases_", "polls_"))
        )
        return frozenset(key for rows in seen for row in rows for key in keys_of(row))

    @cached_property
    def person_of(self) -> dict[str, str]:
        """A person's own key, and the keys of rows that lead to one person in two steps."""
        found = {key: key for key in self.persons}
        for _ in range(2):
            for row in (row for rows in self.identity.values() for row in rows):
                owners = {found[key] for key in keys_of(row) if key in found}
                if len(owners) == 1 and row.get("id"):
                    found.setdefault(bare(row["id"]), owners.pop())
        return found

    def owner(self, row: Row) -> tuple[str, str] | None:
        """Whom the row names, if just one: ("person" or "account", key)."""
        keys = set(keys_of(row))
        persons = {self.person_of[key] for key in keys if key in self.person_of}
        for kind, owners in (("person", persons), ("account", keys & self.accounts)):
            if len(owners) == 1:
                return kind, owners.pop()
        return None

    @cached_property
    def posts(self) -> dict[str, Post]:
        """All posts and answers with a row, by public id."""
        found = {}
        for row in (row for name in POSTS for row in self.community.get(name, ())):
            at = seconds(row["posted_at"]) or 0.0
            author, tag = bare(row.get("author_id")), bare(row.get("pseudonym"))
            begin, end = (at, at + MINUTE) if author else (at - WAIT, at + HOUR)
            key, case = bare(row["id"]), bare(row.get("case_id") or row["id"])
            found[row["public_id"]] = Post(row["public_id"], key, case, author, tag, begin, end)
        return found | self._votes()

    def _votes(self) -> dict[str, Post]:
        """Answers, as anonymous posts in the case of their poll, on the day they are first seen."""
        cases = {row["id"]: bare(row["case_id"]) for row in self.community.get("polls_poll", ())}
        seen: dict[str, tuple[float, float]] = {}
        before, now = 0.0, seconds(self.public("parameters")["captured_at"]) or 0.0
        for at, _, side in self.nights():
            for row in side.get(ANSWERS, ()):
                seen.setdefault(row["id"], (before, at))
            before = at
        found = {}
        for row in self.community.get(ANSWERS, ()):
            key, case, tag = bare(row["id"]), cases.get(row["poll_id"], ""), bare(row["pseudonym"])
            begin, end = seen.get(row["id"], (0.0, now))
            found[row["id"]] = Post(row["id"], key, case, "", tag, begin, end, is_vote=True)
        return found

    @cached_property
    def spoken(self) -> Timeline:
        """Which account has a named post when."""
        return Timeline((post.begin, post.author) for post in self.posts.values() if post.author)

    @cached_property
    def keys(self) -> dict[str, list[bytes]]:
        """Name to versions, of the keys and groups of keys that were stolen."""
        held = json.loads((self.first / "K" / "keys.json").read_text()) if self.groups else {}
        found: dict[str, list[bytes]] = defaultdict(list)
        for group, names in held.items():
            for name, versions in names.items():
                if self.groups & {group, name}:
                    found[name] = [base64.b64decode(version) for version in versions]
        return found

    def public(self, name: str) -> Any:
        """What is known without theft: addresses, passwords, parameters."""
        return json.loads((self.first / "P" / f"{name}.json").read_text())

    def simulated(self, machine: float) -> float:
        """Machine's time as simulated time, by the log that the driver kept for the thief."""
        at = max(bisect_right(self._clock, (machine, float("inf"))) - 1, 0)
        return self._clock[at][1] + machine - self._clock[at][0]

    @cached_property
    def _clock(self) -> list[tuple[float, float]]:
        pairs = (line.split() for line in (self.first / "P" / "clock.txt").read_text().splitlines())
        return [(float(machine), float(simulated)) for machine, simulated in pairs]
