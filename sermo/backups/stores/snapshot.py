"""A database at one moment, read through one transaction, table by table, in constant memory.

COPY and not pg_dump: the images of the site hold PostgreSQL's library and none of its programs, and
the schema is that of the migrations. No file is written on the way and no write-ahead log is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from sermo.backups.archives.records import PART_BYTES, Tally
from sermo.backups.stores.catalog import Table, tables

# The same text for the same rows on every server. Rows are read along the index of their key: a
# sort could need a temporary file.
_SETTINGS = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL enable_sort = off",
    "SET LOCAL enable_incremental_sort = off",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL intervalstyle = 'postgres'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
)
_PARAMETERS = {"dbname", "user", "password", "host", "port"}
Emit = Callable[[bytes], None]


@dataclass(frozen=True)
class Snapshot:
    """One moment of a database. It ends with `end`; a cursor made `WITH HOLD` outlasts it."""

    alias: str
    connection: psycopg.Connection[Any]
    taken_at: dt.datetime

    def tables(self) -> list[Table]:
        with self.connection.cursor() as cursor:
            return tables(cursor)

    def n_rows(self, table: Table) -> int:
        """About how many rows there are, as of the table's last analysis; at least 0."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table.name])
            row = cursor.fetchone()
        return max(int(row[0]) if row else 0, 0)

    def copy_table(self, table: Table, emit: Emit) -> Tally:
        """Hand all rows to `emit` in parts, in the order of their keys; count and digest."""
        return self.copy(table.copy_out(), emit)

    def copy(self, statement: sql.Composed, emit: Emit) -> Tally:
        """Hand what a COPY gives to `emit`, in parts."""
        tally, parts, size = Tally(), list[bytes](), 0
        with self.connection.cursor() as cursor, cursor.copy(statement) as rows:
            for row in rows:
                parts.append(bytes(row))
                size += len(row)
                if size >= PART_BYTES:
                    _emit(parts, tally, emit)
                    size = 0
        _emit(parts, tally, emit)
        return tally

    def end(self) -> None:
        """Let the server clean up what this moment still needed."""
        self.connection.commit()


def _emit(parts: list[bytes], tally: Tally, emit: Emit) -> None:
    """One row can be longer than a part: it is handed on in pieces."""
    joined = b"".join(parts)
    parts.clear()
    for start in range(0, len(joined), PART_BYTES):
        part = joined[start : start + PART_BYTES]
        tally.add(part)
        emit(part)


@contextmanager
def open_snapshot(alias: str) -> Iterator[Snapshot]:
    """A connection of its own, in one REPEATABLE READ transaction that writes nothing."""
    chosen = connections[alias].get_connection_params()
    parameters = {name: value for name, value in chosen.items() if name in _PARAMETERS and value}
    with psycopg.connect(**parameters) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for setting in _SETTINGS:
            connection.execute(sql.SQL(setting))
        # The first statement that reads takes the snapshot.
        row = connection.execute("SELECT now()").fetchone()
        if row is None:
            raise RuntimeError("now() has one row")
        yield Snapshot(alias, connection, row[0].astimezone(dt.UTC))


def table_digests(alias: str) -> dict[str, dict[str, Any]]:
    """Row count and digest of every table, as an archive of this moment would say."""
    with open_snapshot(alias) as snapshot:
        return {
            table.name: snapshot.copy_table(table, _nothing).rows() for table in snapshot.tables()
        }


def _nothing(_: bytes) -> None:
    return
