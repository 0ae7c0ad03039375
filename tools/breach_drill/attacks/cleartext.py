"""E in plain text: what names a person, in any usual form, in the files of the other side; and
rows of both sides that the log of writes shows in transactions side by side.

The dumps, the log of writes and the log files are read as one text each, so a form that no table
shows (a comment, a setting, an old version of a row) is found as well.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.breach_drill.attacks.claims import Claim, StructuralFinding
from tools.breach_drill.attacks.stolen_data import MEMBERS, POSTS, USERS, Record, StolenData, table

# Of hashes the first twelve digits: 300 people in a dozen forms meet none of them by chance.
DIGITS, MIN_FORM_LENGTH = 12, 8
BESIDE, ROWS_OF_A_SWEEP = 2, 3
_WORD = re.compile(rb"[0-9A-Za-z@._%+/=-]{8,}")
_WRITE = re.compile(
    r"tx:\s*(\d+),.* desc: (?:HOT_)?(?:INSERT|UPDATE|DELETE|LOCK)\S* (?:old_)?off: (\d+)"
    r".*blkref #0: rel \d+/\d+/(\d+)(?: fork main)? blk (\d+)"
)
_HASHES: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: hashlib.sha256(data).digest(),
    lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
)


def forms(value: str) -> Iterator[str]:
    """An identifier in lower case: as it is, reversed, in hex, in base64, hashed."""
    plain = value.lower()
    raws = [plain.encode()]
    bare = plain.replace("-", "")
    if len(bare) == 32 and not bare.strip("0123456789abcdef"):
        yield bare
        yield bare[::-1]
        raws.append(bytes.fromhex(bare))
    yield plain
    yield plain[::-1]
    for raw in raws:
        yield raw.hex()
        yield base64.b64encode(raw).decode().rstrip("=").lower()
        yield base64.urlsafe_b64encode(raw).decode().rstrip("=").lower()
        for function in _HASHES:
            digest = function(raw)
            yield digest.hex()[:DIGITS]
            yield base64.b64encode(digest).decode()[:DIGITS].lower()


def traces(first: Path, names: dict[str, list[str]]) -> Iterator[StructuralFinding]:
    """`names`: what names people on the identity side ("I"), and on the community side ("C")."""
    places = {"I": ("C", "R2", "Q", "LG", "M"), "C": ("I",)}
    for side, stores in places.items():
        known = {
            form: name
            for name in names[side]
            for form in forms(name)
            if len(form) >= MIN_FORM_LENGTH
        }
        for store in stores:
            for path in _files(first / store):
                met = {known[word] for word in _words(path, known) if word in known}
                if met:
                    yield StructuralFinding(f"{len(met)} names of {side}", store, path.name)


def _files(folder: Path) -> list[Path]:
    suffixes = {".jsonl", ".log", ".sql", ".txt"}
    return sorted(path for path in folder.glob("*") if path.suffix in suffixes)


def _words(path: Path, known: dict[str, str]) -> set[str]:
    """Every word, its first digits, and its parts between punctuation."""
    words = {word.decode().lower() for word in set(_WORD.findall(path.read_bytes()))}
    parts = {part for word in words for part in re.split(r"[=/.%+_]|--", word)}
    whole = {word.rstrip("=") for word in words} | parts
    whole |= {word.replace("-", "") for word in whole}
    return whole | {word[:DIGITS] for word in whole}


def names_of(capture: Path) -> dict[str, list[str]]:
    """Keys of both sides from their rows; addresses and numbers, which the identity side holds
    sealed, are those of the diary, as canaries are.
    """
    first = capture / "C1"
    reported = json.loads((capture / "truth.json").read_text())["persons"]
    users = [str(record.row["id"]) for record in table(first / "I", "I", USERS)]
    members = table(first / "C", "C", MEMBERS)
    return {
        "I": [
            *users,
            *(person["email"] for person in reported),
            *(person["npi"] for person in reported),
        ],
        "C": [
            *(str(record.row["id"]) for record in members),
            *(record.row["handle"] for record in members),
        ],
    }


# The log of writes.


def side_by_side(stolen: StolenData) -> list[Claim]:
    """E: writes to a person's row in the transaction next to that of a post."""
    if not {"I", "C"} <= stolen.stores:
        return []
    persons = _written(stolen.first, "I")
    writes = _written(stolen.first, "C")
    touched: dict[int, set[str]] = defaultdict(set)
    for at, record in persons:
        key = str(record.row.get("user_id") or record.row["id"]).replace("-", "")
        if key in stolen.persons:
            touched[at].add(str(stolen.persons[key].row["id"]))
    claims: list[Claim] = []
    for at, record in writes:
        if record.table in POSTS:
            near = {who for n in range(at - BESIDE, at + BESIDE + 1) for who in touched[n]}
            kind = "anonymous_person" if record.row["pseudonym"] else "named_person"
            share = 1 / max(len(near), 1)
            key = str(record.row["public_id"])
            claims += [Claim("E log", kind, key, who, share, share * 0.95) for who in sorted(near)]
    return claims


def _written(first: Path, store: str) -> list[tuple[int, Record]]:
    """Transaction and row of every write whose row is still at the place that the log names."""
    path, names = first / store / "wal.txt", first / store / "relations.json"
    if not path.exists() or not names.exists():
        return []
    tables = json.loads(names.read_text())
    at_place = {
        (name, str(record.row["ctid"])): record
        for name in set(tables.values())
        for record in table(first / store, store, name)
        if "id" in record.row or "user_id" in record.row
    }
    matches = []
    for at, line, file, block in _WRITE.findall(path.read_text(errors="replace")):
        record = at_place.get((tables.get(file, ""), f"({block},{line})"))
        if record is not None:
            matches.append((int(at), record))
    crowd = Counter(at for at, _ in matches)
    return [(at, record) for at, record in matches if crowd[at] <= ROWS_OF_A_SWEEP]
