"""Weaknesses of a dump itself: its structure, and data of one database in the other."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tools.breach_drill.attacks import cleartext, order, small_spaces
from tools.breach_drill.attacks.claims import StructuralFinding
from tools.breach_drill.attacks.similarity import MARKERS
from tools.breach_drill.attacks.stolen_data import StolenData, _lines

Row = dict[str, Any]
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_REQUEST = re.compile(r"\"?(GET|POST) /|\b\d{1,3}(?:\.\d{1,3}){3}\b")
_DIARY_TABLES = re.compile(r"session|last_seen|login_history")
_DATED = re.compile(r"last_login|last_seen|date_joined|joined_at|last_activity_of")


def structure(capture: Path) -> list[StructuralFinding]:
    """All findings; none in an honest product."""
    first = capture / "C1"
    canaries = json.loads((capture / "truth.json").read_text())["canaries"]
    checks: tuple[Callable[[Path], Iterator[StructuralFinding]], ...] = (
        _columns,
        _anonymous_times,
        _uuids,
        _queues,
        _logs,
        _files,
        _mail,
        small_spaces.small_numbers,
        order.sequences,
        order.orderly,
    )
    matches = [finding for check in checks for finding in check(first)]
    matches += cleartext.traces(first, cleartext.names_of(capture))
    return [*matches, *_words(capture), *_counters(capture), *sweep(first, canaries)]


def _tables(first: Path) -> Iterator[tuple[str, Path]]:
    for store in ("I", "C"):
        for path in sorted((first / store).glob("*.jsonl")):
            yield store, path


def _columns(first: Path) -> Iterator[StructuralFinding]:
    """No date of a person finer than a month, no table of sessions."""
    for store, path in _tables(first):
        rows = _lines(path)
        if _DIARY_TABLES.search(path.stem):
            yield StructuralFinding("a table of visits", store, path.stem)
        for name in {name for row in rows for name in row if _DATED.search(name)}:
            if any(row[name] for row in rows):
                yield StructuralFinding("a date of a person", store, f"{path.stem}.{name}")


def _anonymous_times(first: Path) -> Iterator[StructuralFinding]:
    for name in ("cases_case", "cases_comment"):
        rows = [row for row in _lines(first / "C" / f"{name}.jsonl") if row["pseudonym"]]
        fine = sum(row["posted_at"][14:16] != "00" for row in rows)
        if fine:
            yield StructuralFinding(
                "anonymous items tell more than the hour", "C", f"{name}: {fine}"
            )
        owned = sum(bool(row["author_id"]) for row in rows)
        if owned:
            yield StructuralFinding("anonymous items name an account", "C", f"{name}: {owned}")


def _uuids(first: Path) -> Iterator[StructuralFinding]:
    """A version 7 or 1 uuid holds the moment it was made."""
    for store, path in _tables(first):
        keys = [str(row["id"]) for row in _lines(path) if len(str(row.get("id", ""))) == 36]
        timed = sum(key[14] in "17" for key in keys)
        if keys and timed > len(keys) / 2:
            yield StructuralFinding("keys hold the time", store, path.stem)


def _queues(first: Path) -> Iterator[StructuralFinding]:
    """Messages hold ids; an address or a sentence does not belong there."""
    for row in _lines(first / "Q" / "items.jsonl"):
        message = json.dumps(row["body"]) + row["headers"].get("argsrepr", "")
        if _EMAIL.search(message):
            yield StructuralFinding("an address in a queue", "Q", row["headers"].get("task", ""))
            return


def _logs(first: Path) -> Iterator[StructuralFinding]:
    for path in sorted((first / "LG").glob("*.log")):
        for line in path.read_text(errors="replace").splitlines():
            if _REQUEST.search(line) or _EMAIL.search(line):
                yield StructuralFinding("a line names an address or a request", "LG", path.name)
                break


def _words(capture: Path) -> Iterator[StructuralFinding]:
    """The text of an anonymous post is in no row that names an account."""
    stolen = StolenData(capture, frozenset({"C"}), frozenset())
    anonymous_words = {
        token
        for post in stolen.posts.values()
        if post.is_anonymous
        for token in post.record.tokens
        if token.startswith("text:")
    }
    own = {id(post.record) for post in stolen.posts.values()}
    for number, (kind, _key) in stolen.owner_of.items():
        record = stolen.records[number]
        if kind == "account" and id(record) not in own and anonymous_words & record.tokens:
            yield StructuralFinding("anonymous words beside an account", "C", record.table)
            return


def _counters(capture: Path) -> Iterator[StructuralFinding]:
    """A number on an account's row that moved within an hour counts what the account does."""
    before = {row["id"]: row for row in _lines(capture / "C1" / "C" / "members_member.jsonl")}
    moved: set[str] = set()
    for row in _lines(capture / "C2" / "C" / "members_member.jsonl"):
        old = before.get(row["id"], row)
        moved |= {
            name
            for name, value in row.items()
            if type(value) is int and name != "xmin" and old.get(name) != value
        }
    for name in sorted(moved):
        yield StructuralFinding("a counter of an account", "C", f"members_member.{name}")


def _files(first: Path) -> Iterator[StructuralFinding]:
    """No metadata in a picture, and no two pictures with one tag."""
    listing = _lines(first / "M" / "listing.jsonl")
    images = [row for row in listing if row["place"] == "images"]
    for row in images:
        raw = (first / "M" / "files" / row["place"] / row["key"]).read_bytes()
        if any(marker in raw for marker in MARKERS):
            yield StructuralFinding("metadata in a picture", "M", row["key"])
        if row["metadata"]:
            yield StructuralFinding("metadata beside a picture", "M", row["key"])
    twice = [tag for tag, n in Counter(row["etag"] for row in images).items() if n > 1]
    if twice:
        yield StructuralFinding("one picture in two places", "M", f"{len(twice)}")


def _mail(first: Path) -> Iterator[StructuralFinding]:
    """Nothing in an email tells one receiver's from another's."""
    tokens: Counter[str] = Counter()
    for path in sorted((first / "ML").glob("*.eml")):
        text = path.read_text(errors="replace")
        matches = set(re.findall(r"https?://\S*/[\w-]{16,}|[?&][\w-]+=[\w-]{12,}", text))
        tokens.update(matches)
        if matches:
            yield StructuralFinding("an email carries a mark of its receiver", "ML", path.name)
            return


def sweep(first: Path, canaries: dict[str, list[str]]) -> Iterator[StructuralFinding]:
    """Words of one zone in any store of the other; of uploads and errors anywhere at all."""
    forbidden = {
        "identity": ("C", "R2", "Q", "LG", "M"),
        "community": ("I", "Q", "LG", "M"),
        "files": ("I", "C", "R2", "Q", "LG", "M", "ML"),
        "errors": ("I", "C", "R2", "Q", "LG", "M", "ML"),
    }
    texts: dict[str, str] = {}
    for zone, stores in forbidden.items():
        for store in stores:
            text = texts.setdefault(store, _whole(first / store))
            matches = [word for word in canaries.get(zone, ()) if word and word.lower() in text]
            if matches:
                yield StructuralFinding(
                    f"{len(matches)} words of {zone}", store, matches[0][:12] + "…"
                )


def _whole(folder: Path) -> str:
    parts = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in {"wal.txt", "verification_registerrow.jsonl"}:
            parts.append(path.read_bytes().decode("latin-1").lower())
    return "\n".join(parts)
