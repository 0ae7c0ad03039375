"""The write-ahead log: who wrote which row in which transaction, to the millisecond.

Its commit times are the machine's; they are read as simulated time by the driver's log. A row is
followed through its versions. Inserted rows show their first bytes, and in them keys.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

from tools.breach_drill.attacks import companions
from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen import (
    Post,
    Row,
    Stolen,
    Timeline,
    is_key,
    lines,
    name_of,
)

# A draft is begun before the case is published; a visit ends after it.
BEFORE, AFTER = 900.0, 120.0
KEY_BYTES = 16
Names = dict[tuple[str, str], str]


def attack(stolen: Stolen) -> list[Claim]:
    """By rows that were written in the minutes around a post."""
    log = WriteAheadLog(stolen)

    def near(post: Post, events: Timeline = log.rows) -> set[str]:
        at = log.written.get(post.public_id)
        return events.between(at - BEFORE, at + AFTER) if at else set()

    return [
        *companions.of_accounts(
            stolen, "wal", near, lambda post, account: account in near(post, log.spoken)
        ),
        *companions.of_owners(stolen, "wal", lambda p: near(p, log.persons), kind="person"),
    ]


class WriteAheadLog:
    """When each post was written, which other rows were, and which persons' rows."""

    def __init__(self, stolen: Stolen) -> None:
        self.written: dict[str, float] = {}
        self._names: Names = {}
        by_key = {bytes.fromhex(post.key): post for post in stolen.posts.values()}
        owners = {bytes.fromhex(k): who for k, who in stolen.person_of.items() if is_key(k)}
        rows: list[tuple[float, str]] = []
        persons: list[tuple[float, str]] = []
        spoken: list[tuple[float, str]] = []
        for at, side, row in _records(stolen, self._names):
            data, thing = bytes.fromhex(row["data"]), self._thing(row)
            keys = {data[n : n + KEY_BYTES] for n in range(len(data) - KEY_BYTES + 1)}
            posts = [by_key[key] for key in keys & by_key.keys()]
            if side == "I":
                persons += [(at, owners[key]) for key in keys & owners.keys()]
            elif posts and posts[0].public_id not in self.written:
                # The first to name a post is the post: what belongs to it comes later.
                self.written[posts[0].public_id] = at
                spoken += [(at, posts[0].author)] if posts[0].author else []
            elif not posts:
                rows.append((at, thing))
        self.rows, self.persons, self.spoken = map(Timeline, (rows, persons, spoken))

    def _thing(self, row: Row) -> str:
        """The name of the row, or the first version of it that the log still knows."""
        place, before = (row["file"], row["row"]), (row["file"], row["old"] or row["row"])
        if row["what"] == "INSERT":
            self._names.pop(place, None)
        self._names[place] = self._names.get(before) or f"{before} {row['tx']}"
        return self._names[place]


def _records(stolen: Stolen, names: Names) -> Iterator[tuple[float, str, Row]]:
    """Time, store and record; names of rows are renewed by each nightly copy on the way."""
    nights = [(stolen.at(folder), _named(folder / "C")) for folder in stolen.night_folders]
    sides = {
        json.loads((stolen.first / side / "relations.json").read_text())["database"]: side
        for side in stolen.stores & {"I", "C"}
    }
    for row in lines(stolen.first / "wal.jsonl") if "WAL" in stolen.stores else ():
        machine = dt.datetime.fromisoformat(row["at"].replace(" UTC", "+00:00"))
        at = stolen.simulated(machine.timestamp())
        while nights and nights[0][0] <= at:
            names.update(nights.pop(0)[1])
        if row["database"] in sides:
            yield at, sides[row["database"]], row


def _named(copy: Path) -> Names:
    """Names of the rows that name no post, by their places in a copy."""
    files = json.loads((copy / "relations.json").read_text())["tables"]
    return {
        (file, row["ctid"]): f"{table} {name_of(row)}"
        for file, table in files.items()
        if not table.startswith(("cases_", "polls_"))
        for row in lines(copy / f"{table}.jsonl")
    }
