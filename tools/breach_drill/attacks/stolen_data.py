"""What a thief of some stores holds: records with their tokens, and the things they name."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from tools.breach_drill.attacks.normalise import tokens

Row = dict[str, Any]
USERS, MEMBERS = "accounts_user", "members_member"
POSTS = ("cases_case", "cases_comment")
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, eq=False)
class Record:
    """A row, a key, a line, an email, an object."""

    store: str
    table: str
    row: Row

    @cached_property
    def tokens(self) -> frozenset[str]:
        skipped = {"ctid", "xmin"}
        return frozenset(
            token
            for name, value in self.row.items()
            if name not in skipped
            for token in tokens(value)
        )

    @cached_property
    def times(self) -> list[dt.datetime]:
        """Every moment in it, finer than a day."""
        matches = (moment(value) for value in self.row.values() if isinstance(value, str))
        return [match for match in matches if match is not None]


def moment(text: str) -> dt.datetime | None:
    """An ISO time at the beginning of a text; None for anything else, and for whole days."""
    if len(text) < 19 or text[4:5] != "-" or text[10:11] not in {"T", " "}:
        return None
    try:
        matches = dt.datetime.fromisoformat(text.split(" ")[0] if text[10] == "T" else text[:32])
    except ValueError:
        return None
    return matches if matches.tzinfo else matches.replace(tzinfo=dt.UTC)


@lru_cache(maxsize=64)
def _lines(path: Path) -> tuple[Row, ...]:
    if not path.exists():
        return ()
    with path.open(encoding="utf-8") as file:
        return tuple(json.loads(line) for line in file)


@lru_cache(maxsize=512)
def table(folder: Path, store: str, name: str) -> tuple[Record, ...]:
    """The records of one table, made once for all combinations."""
    return tuple(Record(store, name, row) for row in _lines(folder / f"{name}.jsonl"))


def _database(folder: Path, store: str) -> dict[str, tuple[Record, ...]]:
    names = sorted(path.stem for path in folder.glob("*.jsonl")) if folder.is_dir() else []
    return {name: table(folder, store, name) for name in names if not name.startswith("django_")}


@lru_cache(maxsize=16)
def _texts(folder: Path, store: str, pattern: str) -> tuple[Record, ...]:
    """Each line of a log, or each email, as a record."""
    matches = []
    for path in sorted(folder.glob(pattern)):
        text = path.read_text(encoding="utf-8", errors="replace")
        parts = text.splitlines() if pattern.endswith(".log") else [text]
        matches += [Record(store, path.name, {"text": part}) for part in parts if part]
    return tuple(matches)


@dataclass
class StolenPost:
    """A post, as its row describes it."""

    public_id: str
    key: str
    case: str
    author: str
    tag: str
    record: Record
    line: tuple[str, str, str]
    is_real_name: bool = False
    # An answer: it has a tag and a poll, and is named by its own key.
    is_vote: bool = False

    @property
    def is_anonymous(self) -> bool:
        return not self.author


@dataclass
class StolenData:
    """Stores and keys of one theft. What was not stolen is not opened."""

    capture: Path
    stores: frozenset[str]
    groups: frozenset[str]
    first: Path = field(init=False)

    def __post_init__(self) -> None:
        self.first = self.capture / "C1"

    def with_keys(self, groups: frozenset[str]) -> StolenData:
        """The same stores beside these keys; what was worked out of the stores is shared."""
        matches = copy.copy(self)
        matches.groups = groups
        matches.__dict__.pop("keys", None)
        return matches

    def _side(self, name: str) -> tuple[str, Path] | None:
        """The path of the newest stolen copy of a database."""
        if name in self.stores:
            second = self.capture / "C2" / name
            return name, second if second.is_dir() else self.first / name
        backup = self.first / "BK" / name
        return ("BK", backup) if "BK" in self.stores and backup.is_dir() else None

    @cached_property
    def identity(self) -> dict[str, tuple[Record, ...]]:
        side = self._side("I")
        return _database(side[1], side[0]) if side else {}

    @cached_property
    def community(self) -> dict[str, tuple[Record, ...]]:
        side = self._side("C")
        return _database(side[1], side[0]) if side else {}

    @cached_property
    def community_before(self) -> list[dict[str, tuple[Record, ...]]]:
        """Older copies, oldest first."""
        matches = []
        if "BK" in self.stores:
            matches.append(_database(self.first / "BK" / "C", "BK"))
        if "C" in self.stores and (self.capture / "C2" / "C").is_dir():
            matches.append(_database(self.first / "C", "C"))
        return [match for match in matches if match]

    @cached_property
    def loose(self) -> list[Record]:
        """The stolen data outside the databases."""
        matches: list[Record] = []
        for name, file in (("R1", "keys"), ("R2", "keys"), ("Q", "items"), ("M", "listing")):
            if name in self.stores and not (name == "R1" and "R2" in self.stores):
                matches += table(self.first / name, name, file)
        if "LG" in self.stores:
            matches += _texts(self.first / "LG", "LG", "*.log")
        if "ML" in self.stores:
            matches += _texts(self.first / "ML", "ML", "*.eml")
        return matches

    @cached_property
    def records(self) -> list[Record]:
        rows = [record for side in (self.identity, self.community) for record in _all(side)]
        return rows + self.loose

    @cached_property
    def persons(self) -> dict[str, Record]:
        return {_hex(record.row["id"]): record for record in self.identity.get(USERS, ())}

    @cached_property
    def accounts(self) -> dict[str, Record]:
        return {_hex(record.row["id"]): record for record in self.community.get(MEMBERS, ())}

    @cached_property
    def posts(self) -> dict[str, StolenPost]:
        """All posts with a row, by public id."""
        matches = {}
        for name in POSTS:
            for record in self.community.get(name, ()):
                row = record.row
                matches[row["public_id"]] = StolenPost(
                    public_id=row["public_id"],
                    key=_hex(row["id"]),
                    case=_hex(row.get("case_id") or row["id"]),
                    author=_hex(row["author_id"]) if row["author_id"] else "",
                    tag=str(row["pseudonym"] or "").removeprefix("\\x"),
                    record=record,
                    line=(row["line_specialty"], row["line_years"], row["line_place"]),
                    is_real_name=row["shown_as"] == "real",
                )
        return matches | self._votes()

    def _votes(self) -> dict[str, StolenPost]:
        """Ballots, as anonymous posts in the case of their poll."""
        polls = {record.row["id"]: record.row for record in self.community.get("polls_poll", ())}
        return {
            record.row["id"]: StolenPost(
                public_id=record.row["id"],
                key=_hex(record.row["id"]),
                case=_hex(str(polls[record.row["poll_id"]]["case_id"] or record.row["poll_id"])),
                author="",
                tag=str(record.row["pseudonym"]).removeprefix("\\x"),
                record=record,
                line=(record.row["specialty"], "", ""),
                is_vote=True,
            )
            for record in self.community.get("polls_answer", ())
            if record.row["poll_id"] in polls
        }

    @cached_property
    def keys(self) -> dict[str, list[bytes]]:
        """Name to versions, of the keys and groups of keys that were stolen."""
        path = self.first / "K" / "keys.json"
        if not self.groups or not path.exists():
            return {}
        reported = json.loads(path.read_text())
        return {
            name: [base64.b64decode(version) for version in versions]
            for group, held in reported.items()
            for name, versions in held.items()
            if group in self.groups or name in self.groups
        }

    def register(self) -> Iterator[Row]:
        """The public register, row by row: a million of them are not held."""
        path = self.first / "P" / "registry.jsonl"
        if "P" in self.stores and path.exists():
            with path.open() as file:
                yield from map(json.loads, file)

    @cached_property
    def by_token(self) -> dict[str, list[int]]:
        """Token to the numbers of the records that hold it."""
        matches: dict[str, list[int]] = defaultdict(list)
        for number, record in enumerate(self.records):
            for token in record.tokens:
                matches[token].append(number)
        return matches

    @cached_property
    def owner_of(self) -> dict[int, tuple[str, str]]:
        """Record number to the person or account that it names directly, if just one."""
        matches = {}
        for number, record in enumerate(self.records):
            for kind, known in (("person", self._persons_by_row), ("account", self._accounts)):
                named = {known[token] for token in record.tokens if token in known}
                if len(named) == 1:
                    matches[number] = (kind, named.pop())
        return matches

    @cached_property
    def _accounts(self) -> dict[str, str]:
        return {key: key for key in self.accounts}

    @cached_property
    def _persons_by_row(self) -> dict[str, str]:
        """A person's own key, and the keys of rows that are theirs."""
        matches = {key: key for key in self.persons}
        for records in self.identity.values():
            for record in records:
                owner = _hex(str(record.row.get("user_id") or ""))
                if owner in self.persons and record.row.get("id"):
                    matches[_hex(str(record.row["id"]))] = owner
        return matches

    def parameters(self) -> Row:
        """Values from the source and the settings."""
        path = self.first / "P" / "parameters.json"
        reported: Row = json.loads(path.read_text()) if path.exists() else {}
        return reported


def _all(side: dict[str, tuple[Record, ...]]) -> Iterator[Record]:
    for records in side.values():
        yield from records


def _hex(value: str) -> str:
    return value.replace("-", "")


def dashed(key: str) -> str:
    """A person or account as the diary names it; anything but 32 hex digits stays as it is."""
    if len(key) != 32 or key.strip("0123456789abcdef"):
        return key
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
