"""Writing the tables of an archive into a database, within one transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from sermo.backups.archives.records import Kind, Record, Tally, refuse_difference
from sermo.backups.errors import DamagedArchiveError
from sermo.backups.stores import catalog
from sermo.backups.stores.catalog import ForeignKey, Table


def drop_foreign_keys(alias: str) -> list[ForeignKey]:
    """Drop all foreign keys, so that rows can come in any order; returns them."""
    with connections[alias].cursor() as cursor:
        keys = catalog.foreign_keys(cursor)
        for key in keys:
            cursor.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                    sql.Identifier(key.table), sql.Identifier(key.name)
                )
            )
    return keys


def add_foreign_keys(alias: str, keys: list[ForeignKey]) -> int:
    """Mend links to rows that are gone, then add the keys again; how many rows were mended."""
    with connections[alias].cursor() as cursor:
        n_mended = 0
        while n_now := sum(_mend(cursor, key) for key in keys):
            n_mended += n_now
        for key in keys:
            cursor.execute(
                sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                    sql.Identifier(key.table), sql.Identifier(key.name), sql.SQL(key.definition)
                )
            )
    return n_mended


def _mend(cursor: CursorWrapper, key: ForeignKey) -> int:
    """Empty a link to a row that is gone, or delete the row where the link may not be empty."""
    change = "UPDATE {table} SET {column} = NULL" if key.can_be_null else "DELETE FROM {table}"
    statement = sql.SQL(
        f"{change} WHERE {{column}} IS NOT NULL AND NOT EXISTS ("  # names are quoted
        "SELECT FROM {to_table} other WHERE other.{to_column} = {table}.{column})"
    )
    cursor.execute(
        statement.format(
            table=sql.Identifier(key.table),
            column=sql.Identifier(key.column),
            to_table=sql.Identifier(key.to_table),
            to_column=sql.Identifier(key.to_column),
        )
    )
    return int(cursor.rowcount)


def load_tables(alias: str, records: Iterator[Record]) -> int:
    """Read the records of tables and write their rows; how many rows.

    Rows that migrations wrote are replaced. Raises `DamagedArchiveError` if a table does not have
    the rows that the archive says.
    """
    n_rows = 0
    with connections[alias].cursor() as cursor:
        known = {table.name: table for table in catalog.tables(cursor)}
        if known:
            names = sql.SQL(", ").join(map(sql.Identifier, known))
            cursor.execute(sql.SQL("TRUNCATE {}").format(names))
        for record in records:
            if record.kind is Kind.DATABASE_END:
                catalog.reset_sequences(cursor)
                return n_rows
            if record.kind is not Kind.TABLE:
                raise DamagedArchiveError("The archive's tables are not in order.")
            n_rows += _load(cursor, _known_table(known, record.fields), records)
    raise DamagedArchiveError("The archive has no end of its tables.")


def _known_table(known: dict[str, Table], fields: dict[str, Any]) -> Table:
    table = known.get(fields["name"])
    if table is None or set(fields["columns"]) - set(table.columns):
        raise DamagedArchiveError(f"The archive's table {fields['name']} is not one of its schema.")
    return Table(table.name, tuple(fields["columns"]), table.key)


def _load(cursor: CursorWrapper, table: Table, records: Iterator[Record]) -> int:
    tally = Tally()
    raw: Any = cursor.cursor
    with raw.copy(table.copy_in()) as copy:
        for record in records:
            if record.kind is Kind.TABLE_END:
                break
            tally.add(record.content)
            copy.write(record.content)
    refuse_difference(record.fields, tally.rows())
    return tally.n_rows
