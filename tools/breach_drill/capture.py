"""Copies every store as an attacker would; README.md describes the files."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.db import connections

from sermo.core import keys
from sermo.core.redis import broker, connection
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, run_as_account
from sermo.local_stack.postgres import SUPERUSER, binaries

if TYPE_CHECKING:
    from tools.breach_drill.world.browser import Browser

STORES = {"I": "identity", "C": "default"}
GROUPS: dict[str, tuple[str, ...]] = {
    "online": (
        *(
            "FIELD",
            "EMAIL",
            "BLIND_INDEX",
            "SESSION",
            "OUTER",
            "MAIL_PRIVATE",
            "MODERATION_PRIVATE",
        ),
        *(name.value for name in keys.PUBLIC),
    ),
    "PEPPER": ("PEPPER",),
    "INNER": ("INNER_PRIVATE",),
    "CUSTODIAN_1": ("CUSTODIAN_1_PRIVATE",),
    "CUSTODIAN_2": ("CUSTODIAN_2_PRIVATE",),
    "CUSTODIAN_3": ("CUSTODIAN_3_PRIVATE",),
}
SECONDS = 120
# Write-ahead log: bytes of a segment, segments with the same log number, segments to read.
SEGMENT, PER_LOG, SEGMENTS = 2**24, 256, 2
JSON_TYPES = {114, 3802}  # json, jsonb: read as text


def plain(value: Any) -> Any:
    """The JSON value of a cell (README.md, Values)."""
    if isinstance(value, memoryview | bytes):
        return f"\\x{bytes(value).hex()}"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID | dt.timedelta):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    return value


def write_lines(path: Path, rows: Iterable[Any]) -> None:
    """Write one JSON value for each line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def copy_database(alias: str, to: Path, *, whole: bool = True) -> None:
    """Copy every table in heap order; with `whole`, also pg_dump's text and the write-ahead log."""
    to.mkdir(parents=True, exist_ok=True)
    for table in connections[alias].introspection.table_names():
        write_lines(to / f"{table}.jsonl", _rows(alias, table))
    if whole:
        _dump(alias, to / "dump.sql")
        _write_ahead_log(alias, to / "wal.txt")


def _rows(alias: str, table: str) -> Iterator[dict[str, Any]]:
    quoted = connections[alias].ops.quote_name(table)
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"SELECT ctid::text, xmin::text::bigint AS xmin, * FROM {quoted}"  # noqa: S608  # a table's own name, quoted
        )
        columns = [(column.name, column.type_code in JSON_TYPES) for column in cursor.description]
        for row in cursor:
            yield {
                name: json.loads(value) if is_json and value is not None else plain(value)
                for (name, is_json), value in zip(columns, row, strict=True)
            }


def _dump(alias: str, to: Path) -> None:
    database = connections[alias].settings_dict
    command = [
        *(str(binaries() / "pg_dump"), "--format=plain", "-h", str(database["HOST"])),
        *("-U", SUPERUSER, "-d", str(database["NAME"])),
    ]
    with to.open("wb") as file:
        subprocess.run(command, stdout=file, check=True, timeout=SECONDS)


def _write_ahead_log(alias: str, to: Path) -> None:
    """Write what the last megabytes of the write-ahead log contain of one database.

    No file is written if the log cannot be read. `relations.json` gives the table of each file
    number. Here both databases share a cluster and its log; the lines of the other are left out.
    """
    paths = LocalPaths(Path(os.environ["SERMO_LOCAL"]))
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT oid, pg_current_wal_lsn() - '0/0'::pg_lsn FROM pg_database"
            " WHERE datname = current_database()"
        )
        number, position = cursor.fetchone()
        cursor.execute(
            "SELECT pg_relation_filenode(oid), relname FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        files = {str(file): name for file, name in cursor.fetchall()}
    (to.parent / "relations.json").write_text(json.dumps(files))
    command: list[str | Path] = [
        *(binaries() / "pg_waldump", "-p", paths.data / "pg_wal"),
        *("-s", _start(paths.data / "pg_wal", int(position))),
        *("-r", "Heap", "-r", "Heap2", "-r", "Transaction"),
    ]
    try:
        done = run_as_account(paths, command, seconds=SECONDS)
    except (LocalStackError, subprocess.TimeoutExpired):
        return
    ours, lines = f"/{number}/", done.stdout.splitlines()
    transactions = {_transaction(line) for line in lines if ours in line} - {"0"}
    selected = (line for line in lines if ours in line or _transaction(line) in transactions)
    to.write_text("\n".join(selected) + "\n")


def _start(log: Path, position: int) -> str:
    """The start of the oldest of the last segments that still exists.

    Files with later names than that of `position` are old segments that will be overwritten.
    """
    segments = [
        int(path.name[8:16], 16) * PER_LOG + int(path.name[16:], 16)
        for path in log.iterdir()
        if len(path.name) == 24
    ]
    now = position // SEGMENT
    oldest = max(min(segments), now - SEGMENTS)
    return f"{oldest // PER_LOG:X}/{oldest % PER_LOG * SEGMENT:X}"


def _transaction(line: str) -> str:
    return line.partition("tx:")[2].partition(",")[0].strip() or "0"


def copy_redis(to: Path) -> None:
    """Copy every key of both servers in scan order, with type, time to live and value."""
    write_lines(to / "keys.jsonl", chain(_keys(connection()), _keys(broker())))


def _keys(store: Any) -> Iterator[dict[str, Any]]:
    for order, key in enumerate(store.scan_iter(count=1000)):
        kind = _text(store.type(key))
        yield {
            "order": order,
            "key": _text(key),
            "type": kind,
            "ttl": store.ttl(key),
            "value": _value(store, kind, key),
        }


def _value(store: Any, kind: str, key: bytes) -> Any:
    if kind == "string":
        return _text(store.get(key))
    if kind == "list":
        return [_text(item) for item in store.lrange(key, 0, -1)]
    if kind == "set":
        return [_text(item) for item in store.smembers(key)]
    if kind == "zset":
        return [[_text(item), score] for item, score in store.zrange(key, 0, -1, withscores=True)]
    if kind == "hash":
        return {_text(name): _text(item) for name, item in store.hgetall(key).items()}
    return None


def _text(value: bytes | str | None) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"\\x{value.hex()}"


def copy_files(to: Path) -> None:
    """Copy all stored files, and write a listing like that of S3 (ETag: MD5 of the content)."""
    listing = []
    for name in settings.FILE_STORAGES:
        root = Path(storages[name].base_location)  # type: ignore[attr-defined]  # files on disk
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            key = path.relative_to(root).as_posix()
            target = to / "files" / name / key
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
            listing.append(_listed(name, key, path))
    write_lines(to / "listing.jsonl", listing)


def _listed(place: str, key: str, path: Path) -> dict[str, Any]:
    facts = path.stat()
    modified = dt.datetime.fromtimestamp(int(facts.st_mtime), dt.UTC)
    return {
        "place": place,
        "key": key,
        "size": facts.st_size,
        "etag": hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest(),
        "last_modified": modified.isoformat(),
        "metadata": {},
    }


def copy_folder(source: Path, to: Path, pattern: str) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for path in source.glob(pattern):
        shutil.copy2(path, to / path.name)


def copy_keys(to: Path) -> None:
    """Write every version of every key, grouped by the process or person that holds it."""
    to.mkdir(parents=True, exist_ok=True)
    by_group = {
        group: {name: _versions(name) for name in names if _versions(name)}
        for group, names in GROUPS.items()
    }
    (to / "keys.json").write_text(json.dumps(by_group, indent=1))


def _versions(name: str) -> list[str]:
    """The versions of a key. `KeyName` has no custodians' private keys, so any name is parsed."""
    value = os.environ.get(f"SERMO_KEY_{name}", "")
    return [
        base64.b64encode(key.material).decode()
        for key in (keys.parse(keys.KeyName.FIELD, value) if value else ())
    ]


def copy_pages(to: Path, browsers: dict[str, tuple[Browser, Sequence[str]]]) -> None:
    """Save pages as a visitor and a member see them."""
    to.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, str]] = []
    for role, (browser, paths) in browsers.items():
        for path in paths:
            name = f"{len(index)}.html"
            (to / name).write_text(browser.get(path), encoding="utf-8")
            index.append({"file": name, "path": urlsplit(path).path, "as": role})
    write_lines(to / "index.jsonl", index)
