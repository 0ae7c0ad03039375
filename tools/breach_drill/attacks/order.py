"""O and E again: any order that tells when rows were written, and what was written beside what.

An order is believed only where something bears it out: numbers without gaps, or a rank correlation
(Spearman) with a time of the rows themselves that chance does not give.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tools.breach_drill.attacks.claims import Claim, StructuralFinding
from tools.breach_drill.attacks.stolen_data import Record, StolenData, dashed, moment, table

# So many standard deviations of Spearman's coefficient, 1 / sqrt(n - 1) each, are no chance:
# among some hundred orders one in a hundred drills would be met by chance.
TELLING = 4.0
MIN_ROWS, MIN_COUNTED_ROWS, GAPS = 5, 8, 2
# Transactions that far apart may be two halves of one request; those of many rows are sweeps.
BESIDE, ROWS_OF_A_SWEEP = 2, 3
SURE_OF_NEIGHBOURS = 0.5
# Chained records of acts of staff and of steps of verification are in order by design: what they
# name is on their own side alone. The others are lists that come with the product.
IN_ORDER = re.compile(r"(audit_\w+_position|django_\w+|auth_\w+|polls_synonym_id)_seq")
LISTS = re.compile(r"audit_|django_|auth_|polls_(synonym|concept)|verification_register")
# Everybody sees these on the page; few cases may by chance have as many different numbers.
COUNTS = re.compile(r"xmin$|n_|last_position")
_SEQUENCE = re.compile(r"setval\('public\.(\w+)', (\d+), true\)")
Number = Callable[[Record], float | None]


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """The rank correlation, ties at their mean rank; 0 where either does not vary."""
    first, second = _ranks(left), _ranks(right)
    spread = float(first.std() * second.std())
    return float(((first - first.mean()) * (second - second.mean())).mean()) / (spread or np.inf)


def _ranks(values: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: np.ndarray[Any, np.dtype[np.float64]] = (ends - (counts - 1) / 2)[inverse]
    return middle


def is_telling(left: Sequence[float], right: Sequence[float]) -> bool:
    return len(left) >= MIN_ROWS and abs(spearman(left, right)) * (len(left) - 1) ** 0.5 > TELLING


class Order(NamedTuple):
    """How some rows are ordered, and what bears it out."""

    table: str
    name: str
    evidence: str
    rows: tuple[Record, ...]


def sequences(first: Path) -> Iterator[StructuralFinding]:
    """A sequence of what people do counts it, and its numbers tell its order."""
    path = first / "C" / "dump.sql"
    reported = path.read_text(errors="replace") if path.exists() else ""
    for name, last in _SEQUENCE.findall(reported):
        if not IN_ORDER.fullmatch(name):
            yield StructuralFinding("a sequence", "C", f"{name}: {last}")


def orderly(first: Path) -> Iterator[StructuralFinding]:
    """Orders of rows of the community store, or of its Redis, that tell when they were written."""
    for path in sorted((first / "C").glob("*.jsonl")):
        for order in believed(table(first / "C", "C", path.stem)):
            yield StructuralFinding(
                "rows in order", "C", f"{order.table} by {order.name}: {order.evidence}"
            )
    keys = [record.row for record in table(first / "R2", "R2", "keys") if record.row["ttl"] > 0]
    kinds = Counter(str(row["key"]).partition(":")[0] for row in keys)
    for kind in kinds:
        of = [row for row in keys if str(row["key"]).partition(":")[0] == kind]
        if is_telling([row["order"] for row in of], [row["ttl"] for row in of]):
            yield StructuralFinding("keys in order", "R2", kind)


def believed(records: Sequence[Record]) -> Iterator[Order]:
    """Every order of these rows that is borne out."""
    if len(records) < MIN_ROWS or LISTS.match(records[0].table):
        return
    times = _columns(records, _time)
    is_laid_anew = _laid_anew(records) * 2 > len(records)
    for name, number in _orders(records).items():
        if name == "place" and is_laid_anew:
            continue
        values = [number(record) for record in records]
        known = [value for value in values if value is not None]
        if len(known) < len(records) or len(set(known)) < len(known):
            continue
        evidence = _is_dense(name, known) or _borne_out(known, times)
        if evidence:
            ranked = sorted(zip(known, range(len(records)), strict=True))
            yield Order(records[0].table, name, evidence, tuple(records[at] for _, at in ranked))


def _laid_anew(records: Sequence[Record]) -> int:
    """How many rows, from the first, lie as their keys do; those after them came since."""
    if "id" not in records[0].row:
        return 0
    keys = [str(record.row["id"]) for record in sorted(records, key=_place)]
    return next((at for at in range(1, len(keys)) if keys[at] < keys[at - 1]), len(keys))


def _orders(records: Sequence[Record]) -> dict[str, Number]:
    matches: dict[str, Number] = {"place": _place, "transaction": lambda r: float(r.row["xmin"])}
    for name, value in records[0].row.items():
        if type(value) is int and not COUNTS.match(name):
            matches[name] = lambda record, name=name: _number(record.row.get(name))  # type: ignore[misc]
    if len(str(records[0].row.get("id", ""))) == 36:
        matches["id"] = lambda record: float(int(str(record.row["id"])[:8], 16))
    return matches


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int) else None


def _place(record: Record) -> float:
    block, line = str(record.row["ctid"]).strip("()").split(",")
    return int(block) * 1000.0 + int(line)


def _is_dense(name: str, values: Sequence[float]) -> str:
    """Numbers almost without gaps were counted; places always are, and transactions are shared."""
    if name in {"place", "transaction"} or len(values) < MIN_COUNTED_ROWS:
        return ""
    return "counted" if max(values) - min(values) < GAPS * len(values) else ""


def _borne_out(values: Sequence[float], times: dict[str, list[float | None]]) -> str:
    for name, reported in times.items():
        both = [(v, at) for v, at in zip(values, reported, strict=True) if at is not None]
        if is_telling([v for v, _ in both], [at for _, at in both]):
            return f"with {name}"
    return ""


def _columns(
    records: Sequence[Record], read: Callable[[object], float | None]
) -> dict[str, list[float | None]]:
    columns = {name: [read(record.row.get(name)) for record in records] for name in records[0].row}
    return {
        name: values
        for name, values in columns.items()
        if sum(value is not None for value in values) >= MIN_ROWS
    }


def _time(value: object) -> float | None:
    at = moment(value) if isinstance(value, str) else None
    return at.timestamp() if at else None


# Both sides together.


def ranks(stolen: StolenData) -> list[Claim]:
    """O: the first, second, third person of an order here is that of an order there."""
    persons, accounts = _series(stolen, "person"), _series(stolen, "account")
    claims: list[Claim] = []
    for person_order in persons:
        for account_order in accounts:
            guessed = _matched(person_order, account_order)
            share = 1 / (len(persons) * len(accounts))
            claims += [
                Claim("O rank", "named_person", post.public_id, dashed(who), share, share * 0.8)
                for post in stolen.posts.values()
                if (who := guessed.get(post.author))
            ]
    return claims


def _series(stolen: StolenData, kind: str) -> list[list[str]]:
    """Owners in every order that is believed, each where first met."""
    owners = {
        id(stolen.records[number]): key
        for number, (what, key) in stolen.owner_of.items()
        if what == kind
    }
    side = stolen.identity if kind == "person" else stolen.community
    matches = []
    for records in side.values():
        if any(id(record) in owners for record in records):
            for order in believed(records):
                keys = [owners[id(record)] for record in order.rows if id(record) in owners]
                matches.append(list(dict.fromkeys(keys)))
    return [keys for keys in matches if len(keys) >= MIN_ROWS]


def _matched(persons: list[str], accounts: list[str]) -> dict[str, str]:
    """By the same share of the way through: a few are missing on either side."""
    scale = (len(persons) - 1) / max(len(accounts) - 1, 1)
    return {account: persons[round(at * scale)] for at, account in enumerate(accounts)}


def beside(stolen: StolenData) -> list[Claim]:
    """E: a person's row and a row of a post, in the same or consecutive transactions."""
    persons, rows = _by_transaction(stolen, "person"), stolen.posts.values()
    if not persons:
        return []
    claims: list[Claim] = []
    crowd = Counter(int(record.row["xmin"]) for record in _of(stolen.community))
    for post in rows:
        at = int(post.record.row["xmin"])
        if crowd[at] > ROWS_OF_A_SWEEP:
            continue
        near = {who for n in range(at - BESIDE, at + BESIDE + 1) for who in persons.get(n, ())}
        kind = "anonymous_person" if post.is_anonymous else "named_person"
        share = 1 / max(len(near), 1)
        claims += [
            Claim("E near", kind, post.public_id, dashed(who), share, share * 0.95) for who in near
        ]
    return claims


def _by_transaction(stolen: StolenData, kind: str) -> dict[int, set[str]]:
    """Transactions that wrote a few rows of the identity side, and of whom."""
    crowd = Counter(int(record.row["xmin"]) for record in _of(stolen.identity))
    matches: dict[int, set[str]] = defaultdict(set)
    for number, (what, key) in stolen.owner_of.items():
        at = stolen.records[number].row.get("xmin")
        if what == kind and at is not None and crowd[int(at)] <= ROWS_OF_A_SWEEP:
            matches[int(at)].add(key)
    return matches


def _of(side: dict[str, tuple[Record, ...]]) -> Iterator[Record]:
    for records in side.values():
        yield from records
