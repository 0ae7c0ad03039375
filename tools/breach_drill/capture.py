"""Copies every store as an attacker would, each night and at the end; README.md has the files."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.files.storage import storages
from django.db import connections

from sermo.core import keys
from sermo.local_stack.paths import LocalPaths, run_as_account
from sermo.local_stack.postgres import binaries

STORES = {"I": "identity", "C": "default"}
HELD_APART = ("INNER", "CUSTODIAN_1", "CUSTODIAN_2", "CUSTODIAN_3")
SYMMETRIC = {name.value for name in keys.SYMMETRIC} - {"PEPPER"}
GROUPS = {name: [f"{name}_PRIVATE"] for name in HELD_APART} | {"PEPPER": ["PEPPER"]}
GROUPS["online"] = [*sorted(SYMMETRIC), "MAIL_PRIVATE", "MODERATION_PRIVATE"]
# Lists that come with the product, or are public.
LISTS = re.compile(r"django_|auth_|polls_(concept|synonym)|verification_register")
# In the copies of the nights, longer bytes are replaced by their digest.
_LONG = re.compile(rb'"\\\\x([0-9a-f]{160,})"')


def write_lines(path: Path, rows: Iterable[Any]) -> None:
    """Write one JSON value for each line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def copy_database(alias: str, to: Path, *, whole: bool) -> None:
    """Copy every table in heap order, a line of JSON for each row with its ctid and xmin.

    With `whole`, every byte and the heap files too; else as much as two nights need to be compared.
    """
    to.mkdir(parents=True, exist_ok=True)
    connection = connections[alias]
    connection.ensure_connection()
    files = _relations(connection, to / "relations.json")
    for table, path in files.items():
        if not LISTS.match(table):
            _copy_table(connection, table, to / f"{table}.jsonl", whole=whole)
            if whole and (source := local_paths().data / path).exists():
                (to / "heap").mkdir(exist_ok=True)
                shutil.copyfile(source, to / "heap" / table)


def _relations(connection: Any, to: Path) -> dict[str, Path]:
    """Table to the path of its file; number of the database and of each file are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_relation_filepath(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        paths = {name: Path(path) for name, path in cursor.fetchall()}
    database = int(next(iter(paths.values())).parent.name)
    tables = {path.name: name for name, path in paths.items()}
    to.write_text(json.dumps({"database": database, "tables": tables}))
    return paths


def _copy_table(connection: Any, table: str, to: Path, *, whole: bool) -> None:
    rows = f'SELECT ctid::text, xmin::text::bigint AS xmin, * FROM "{table}"'  # noqa: S608  # its own name
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT row_to_json(r) FROM ({rows}) r) TO STDOUT") as lines,  # noqa: S608
        to.open("wb") as file,
    ):
        for line in lines:
            text = bytes(line).replace(b"\\\\", b"\\")
            file.write(
                text
                if whole
                else _LONG.sub(lambda m: b'"%b"' % sha256(m[1]).hexdigest().encode(), text)
            )


def _digest(match: re.Match[bytes]) -> bytes:
    return b'"%b"' % sha256(match[1]).hexdigest().encode()


def local_paths() -> LocalPaths:
    return LocalPaths(Path(os.environ["SERMO_LOCAL"]))


def servers() -> dict[str, str]:
    """Name to address of the Redis instances."""
    return {"broker": settings.REDIS_URL, "volatile": settings.CACHE_URL}


def copy_redis(to: Path) -> None:
    """Of each instance its keys, and whatever files it keeps by its own configuration."""
    for name, url in servers().items():
        server = redis.Redis.from_url(url)
        write_lines(to / name / "keys.jsonl", _keys(server))
        folder = Path(str(server.config_get("dir")["dir"]))
        found = [p for pattern in ("appendonlydir/*", "*.rdb") for p in folder.glob(pattern)]
        for path in found:
            (to / name / "files").mkdir(exist_ok=True)
            shutil.copyfile(path, to / name / "files" / path.name)


def _keys(server: Any) -> Iterator[dict[str, Any]]:
    """Every key in scan order, with type, time to live and serialised value."""
    for order, key in enumerate(server.scan_iter(count=1000)):
        kind, value = server.type(key).decode(), (server.dump(key) or b"").hex()
        row = {"order": order, "key": key.decode("utf-8", "replace"), "type": kind}
        yield row | {"ttl": server.ttl(key), "value": f"\\x{value}"}


def copy_files(to: Path) -> None:
    """A listing of all stored files: where, and when changed."""
    roots = (Path(storages[name].base_location) for name in settings.FILE_STORAGES)  # type: ignore[attr-defined]
    files = (path for root in roots for path in root.rglob("*") if path.is_file())
    write_lines(to / "listing.jsonl", ([str(path), path.stat().st_mtime] for path in files))


def copy_keys(to: Path) -> None:
    """Write every version of every key, grouped by the process or person that holds it."""
    to.mkdir(parents=True, exist_ok=True)
    groups: dict[str, dict[str, list[str]]] = {}
    for group, name in ((group, name) for group, names in GROUPS.items() for name in names):
        items = os.environ[f"SERMO_KEY_{name}"].split(",")
        groups.setdefault(group, {})[name] = [item.partition(":")[2] for item in items]
    (to / "keys.json").write_text(json.dumps(groups))


PAGE, SECONDS = 8192, 300
PAGE_HEADER, LONG_PAGE_HEADER = 24, 40
# Of an inserted row so many bytes are kept; a transaction of more rows is a sweep or a rewrite.
BYTES_OF_A_ROW, ROWS_OF_A_SWEEP = 500, 60
_LINE = re.compile(
    r"rmgr: (\w+)\s+len \(rec/tot\):\s*\d+/\s*(\d+), tx:\s*(\d+), lsn: (\w+)/(\w+), "
    r".*?desc: (\S+)(.*)"
)
_OFF = re.compile(r"(?<!_)off: (\d+)|new_off: (\d+)")
_OLD = re.compile(r"old_off: (\d+)")
_BLOCK = re.compile(r"blkref #(\d): rel \d+/(\d+)/(\d+)(?: fork main)? blk (\d+)")
Row = dict[str, Any]


def copy_log(paths: LocalPaths, to: Path) -> None:
    """A line for each row that was written: {"at": machine's commit time, "tx", "database", "file",
    "row": "(block,line)", "old": the version before, "data": the first bytes of an inserted row}.
    """
    aside = paths.local / "wal"
    aside.mkdir()
    names = _copy_segments(paths.data / "pg_wal", aside)
    command: list[str | Path] = [binaries() / "pg_waldump", "-p", aside, *names]
    command += ["-r", "Heap", "-r", "Heap2", "-r", "Transaction"]
    # It ends with an error where the log ends in the middle of a segment.
    text = run_as_account(paths, command, seconds=SECONDS).stdout
    with to.open("w") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in _rows(text, aside))


def _copy_segments(log: Path, aside: Path) -> list[str]:
    """Copy the newest segments without a gap, under the names that their first pages bear; the
    first and the last name. A recycled segment has a later name and still holds what it held.
    """
    numbers: dict[int, bytes] = {}
    for path in (path for path in log.iterdir() if len(path.name) == 24):
        data = path.read_bytes()
        numbers[int.from_bytes(data[8:16], "little") // len(data)] = data
    first = last = max(numbers)
    while first - 1 in numbers and first > 1:
        first -= 1
    for number in range(first, last + 1):
        path = aside / _name(number, len(numbers[number]))
        path.write_bytes(numbers[number])
        path.chmod(0o644)
    return [_name(number, len(numbers[number])) for number in (first, last)]


def _name(number: int, size: int) -> str:
    return "{:08X}{:08X}{:08X}".format(1, *divmod(number, 2**32 // size))


def _rows(text: str, segments: Path) -> Iterator[Row]:
    found = [match for line in text.splitlines() if (match := _LINE.match(line))]
    commits = {m[3]: m[7].strip() for m in found if m[1] == "Transaction" and m[6] == "COMMIT"}
    sizes = Counter(m[3] for m in found if m[1] != "Transaction")
    for match in found:
        if match[3] in commits and sizes[match[3]] <= ROWS_OF_A_SWEEP:
            row = _row(match, commits[match[3]], segments)
            if row is not None:
                yield row


def _row(match: re.Match[str], commit: str, segments: Path) -> Row | None:
    what, rest = match[6].removeprefix("HOT_").removesuffix("+INIT"), match[7]
    blocks = {number: found for number, *found in _BLOCK.findall(rest)}
    off, old = _OFF.search(rest), _OLD.search(rest)
    if what not in {"INSERT", "UPDATE", "DELETE"} or "0" not in blocks or off is None:
        return None
    database, file, block = blocks["0"]
    before = f"({blocks.get('1', blocks['0'])[2]},{old[1]})" if old else ""
    position = (int(match[4], 16) << 32) + int(match[5], 16)
    data = _read(segments, position, min(int(match[2]), BYTES_OF_A_ROW)) if not old else b""
    row = {"at": commit.partition(";")[0], "tx": int(match[3]), "database": int(database)}
    row |= {"file": file, "what": what, "row": f"({block},{off[1] or off[2]})", "old": before}
    return row | {"data": data.hex()}


def _read(segments: Path, position: int, length: int) -> bytes:
    """Bytes of the log from a position on, without the headers of pages."""
    size, parts = next(segments.iterdir()).stat().st_size, b""
    while len(parts) < length and (path := segments / _name(position // size, size)).exists():
        page = position // PAGE * PAGE
        begin = max(position % PAGE, PAGE_HEADER if page % size else LONG_PAGE_HEADER)
        with path.open("rb") as file:
            file.seek(page % size + begin)
            parts += file.read(min(PAGE - begin, length - len(parts)))
        position = page + PAGE
    return parts
