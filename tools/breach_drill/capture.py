"""Copies every store as an attacker would, each night and at the end; README.md has the files."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.files.storage import storages
from django.db import connections

from sermo.core import keys
from sermo.local_stack.paths import LocalPaths

STORES = {"I": "identity", "C": "default"}
HELD_APART = ("INNER", "CUSTODIAN_1", "CUSTODIAN_2", "CUSTODIAN_3")
SYMMETRIC = {name.value for name in keys.SYMMETRIC} - {"PEPPER"}
GROUPS = {name: [f"{name}_PRIVATE"] for name in HELD_APART} | {"PEPPER": ["PEPPER"]}
GROUPS["online"] = [*sorted(SYMMETRIC), "MAIL_PRIVATE", "MODERATION_PRIVATE"]
# Lists that come with the product, or are public.
LISTS = re.compile(r"django_|auth_|polls_(concept|synonym)|verification_register")
# In the copies of the nights, longer bytes are replaced by their digest and length.
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


def _relations(connection: Any, to: Path) -> dict[str, str]:
    """Table to the path of its file; number of the database and of each file are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_relation_filepath(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        files = dict(cursor.fetchall())
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        facts = {
            "database": cursor.fetchone()[0],
            "tables": {path.rpartition("/")[2]: name for name, path in files.items()},
        }
    to.write_text(json.dumps(facts))
    return files


def _copy_table(connection: Any, table: str, to: Path, *, whole: bool) -> None:
    rows = f'SELECT ctid::text, xmin::text::bigint AS xmin, * FROM "{table}"'  # noqa: S608  # its own name
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT row_to_json(r) FROM ({rows}) r) TO STDOUT") as lines,  # noqa: S608
        to.open("wb") as file,
    ):
        for line in lines:
            text = bytes(line).replace(b"\\\\", b"\\")
            file.write(text if whole else _LONG.sub(_digest, text))


def _digest(match: re.Match[bytes]) -> bytes:
    digest = hashlib.md5(match[1], usedforsecurity=False).hexdigest()
    return f'"md5:{digest}:{len(match[1]) // 2}"'.encode()


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
        kind, value = _text(server.type(key)), server.dump(key) or b""
        row = {"order": order, "key": _text(key), "type": kind, "ttl": server.ttl(key)}
        yield row | {"value": f"\\x{value.hex()}"}


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")


def copy_files(to: Path) -> None:
    """A listing of all stored files, like that of S3."""
    roots = {name: Path(storages[name].base_location) for name in settings.FILE_STORAGES}  # type: ignore[attr-defined]
    found = [(name, path) for name, root in roots.items() for path in sorted(root.rglob("*"))]
    times = [(name, path, path.stat().st_mtime) for name, path in found if path.is_file()]
    write_lines(
        to / "listing.jsonl",
        (
            {
                "place": name,
                "key": path.name,
                "last_modified": dt.datetime.fromtimestamp(at, dt.UTC).isoformat(),
            }
            for name, path, at in times
        ),
    )


def copy_folder(source: Path, to: Path, pattern: str) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for path in source.glob(pattern):
        shutil.copyfile(path, to / path.name)


def copy_keys(to: Path) -> None:
    """Write every version of every key, grouped by the process or person that holds it."""
    to.mkdir(parents=True, exist_ok=True)
    groups = {group: {name: _versions(name) for name in names} for group, names in GROUPS.items()}
    (to / "keys.json").write_text(json.dumps(groups))


def _versions(name: str) -> list[str]:
    """The versions of a key. `KeyName` has no custodians' private keys, so any name is parsed."""
    found = keys.parse(keys.KeyName.FIELD, os.environ[f"SERMO_KEY_{name}"])
    return [base64.b64encode(key.material).decode() for key in found]
