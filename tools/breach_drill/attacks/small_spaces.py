"""H: hashes of values from small sets, and hashes with a salt in the same row.

A hash of a running number, or of one of a few hundred keys, hides nothing: all of them are tried.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.breach_drill.attacks.claims import StructuralFinding
from tools.breach_drill.attacks.stolen_data import MEMBERS, USERS, Record, dashed, table

NUMBERS = 1_000_000
FOUR, MIN_LENGTH, MAX_SALT_LENGTH, SAMPLE = 4, 8, 64, 40
# The thirteenth digit of a uuid is its version, so of a hash made into one twelve are left.
OF_A_UUID = 12
# In 10^6 numbers under seven hashes one value of eight digits in 600 is met by chance.
ENOUGH_TO_TELL = 3
SALTED = (MEMBERS, "cases_case", "cases_comment", "polls_answer", "members_privatestate")
_HEX, _UUID = re.compile(r"[0-9a-f]{8,}"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BASE64 = re.compile(r"(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+/_-]{11,}={0,2}")
Mix = Callable[[bytes, bytes], bytes]
HASHES: tuple[Callable[[bytes], Any], ...] = (
    *(hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512),
    *(hashlib.blake2b, hashlib.sha3_256),
)
MIXES: tuple[Mix, ...] = (
    lambda salt, data: hashlib.sha256(salt + data).digest(),
    lambda salt, data: hashlib.sha256(data + salt).digest(),
    lambda salt, data: hashlib.md5(salt + data, usedforsecurity=False).digest(),
    lambda salt, data: hmac.digest(salt, data, "sha256"),
)


class StoredValue(NamedTuple):
    """A value that says nothing by itself, as hex; `digits` of it may be a hash's first."""

    where: str
    value: str
    digits: int


def opaque(name: str, value: Any) -> Iterator[StoredValue]:
    """What of this cell could be a hash, or the start of one."""
    if not isinstance(value, str):
        return
    if value.startswith("\\x") and len(value) >= 2 + MIN_LENGTH:
        yield StoredValue(name, value[2:], len(value) - 2)
    elif _UUID.fullmatch(value):
        yield StoredValue(name, value.replace("-", ""), OF_A_UUID)
    elif _HEX.fullmatch(value):
        yield StoredValue(name, value, len(value))
    elif _BASE64.fullmatch(value):
        try:
            raw = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_").hex()
        except (binascii.Error, ValueError):
            return
        yield StoredValue(name, raw, len(raw))


def cells(records: Iterable[Record]) -> Iterator[StoredValue]:
    for record in records:
        for name, value in record.row.items():
            yield from opaque(f"{record.table}.{name}", value)


def small_numbers(first: Path) -> Iterator[StructuralFinding]:
    """Columns of the community side that are hashes of running numbers."""
    by_start: dict[bytes, list[StoredValue]] = defaultdict(list)
    held: Counter[str] = Counter()
    for cell in {cell for records in _community(first) for cell in cells(records)}:
        by_start[bytes.fromhex(cell.value[:MIN_LENGTH])].append(cell)
        held[cell.where] += 1
    met: Counter[str] = Counter(
        cell.where
        for start, digest in _of_numbers(NUMBERS, by_start.keys())
        for cell in by_start[start]
        if _is_start(cell, digest)
    )
    for where, n in sorted(met.items()):
        if n >= ENOUGH_TO_TELL and n * 2 >= held[where]:
            yield StructuralFinding(
                "hashes of small numbers", "C", f"{where}: {n} of {held[where]}"
            )


def _community(first: Path) -> Iterator[tuple[Record, ...]]:
    for path in sorted((first / "C").glob("*.jsonl")):
        yield table(first / "C", "C", path.stem)
    yield table(first / "R2", "R2", "keys")


def _of_numbers(most: int, wanted: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The hashes of 0 to `most` that begin like something in the store."""
    starts = frozenset(wanted)
    numbers = [b"%d" % number for number in range(most)]
    for made in HASHES:
        for number in [
            candidate for candidate in numbers if made(candidate).digest()[:FOUR] in starts
        ]:
            digest = made(number).digest()
            yield digest[:FOUR], digest
    for number in numbers:
        digest = zlib.crc32(number).to_bytes(FOUR, "big")
        if digest in starts:
            yield digest, digest


def _is_start(cell: StoredValue, digest: bytes) -> bool:
    reported = digest.hex()
    length = min(cell.digits, len(reported))
    return cell.value[:length] == reported[:length]


SaltedMatch = tuple[str, str]


@lru_cache(maxsize=1)
def salted(first: Path) -> list[SaltedMatch]:
    """Keys of persons hashed with another value of the same row: the value, and whose it is.

    What one row in some dozens does all do: the others are tried where one of these is met.
    """
    users = table(first / "I", "I", USERS)
    forms = [
        (str(user.row["id"]).replace("-", ""), form) for user in users for form in _forms(user)
    ]
    matches: list[SaltedMatch] = []
    for name in SALTED:
        rows = _with_goals(table(first / "C", "C", name))
        for part in (rows[:SAMPLE], rows[SAMPLE:]):
            met = [match for values, goals in part for match in _in_row(values, goals, forms)]
            if not met:
                break
            matches += met
    return matches


Goals = dict[bytes, StoredValue]


def _with_goals(records: Iterable[Record]) -> list[tuple[set[bytes], Goals]]:
    """Of each row what may be salt, and what may be a salted hash; rows with both only."""
    matches = []
    for record in records:
        values = [cell for cell in cells([record]) if len(cell.value) <= 2 * MAX_SALT_LENGTH]
        goals = {
            bytes.fromhex(cell.value[:MIN_LENGTH]): cell for cell in values if _may_stand(cell)
        }
        salts = {bytes.fromhex(cell.value) for cell in values if len(cell.value) % 2 == 0}
        if goals:
            matches.append((salts, goals))
    return matches


def _forms(user: Record) -> tuple[bytes, ...]:
    key = str(user.row["id"]).replace("-", "")
    return dashed(key).encode(), bytes.fromhex(key)


def _in_row(
    salts: set[bytes], goals: Goals, forms: list[tuple[str, bytes]]
) -> Iterator[SaltedMatch]:
    starts = frozenset(goals)
    for salt in salts:
        for mix in MIXES:
            for who, form in forms:
                digest = mix(salt, form)
                if digest[:FOUR] in starts and _is_start(goals[digest[:FOUR]], digest):
                    yield goals[digest[:FOUR]].value, who


def _may_stand(cell: StoredValue) -> bool:
    """A column of bytes or hex; keys of rows are made by chance, and tested by their version."""
    return cell.digits != OF_A_UUID
