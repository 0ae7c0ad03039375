"""What the catalogue of a database says of its tables. Extensions' tables are not ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg import sql

# Restoring writes it by migrating.
MIGRATIONS_TABLE = "django_migrations"
_OURS = """
  relation.relnamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = relation.oid
       AND deptype = 'e')
"""
_TABLES = f"""
SELECT relation.relname,
       ARRAY(SELECT attname::text FROM pg_attribute
              WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
                AND attgenerated = '' ORDER BY attnum),
       ARRAY(SELECT attname::text FROM pg_index
               JOIN LATERAL unnest(indkey) WITH ORDINALITY AS part (attnum, place) ON true
               JOIN pg_attribute USING (attnum)
              WHERE indrelid = relation.oid AND indisprimary AND attrelid = relation.oid
              ORDER BY place)
  FROM pg_class relation WHERE relation.relkind = 'r' AND {_OURS} ORDER BY relation.relname
"""  # noqa: S608  # constants, no value from outside
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid),
       (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]),
       (SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]),
       confrelid::regclass::text,
       (SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1])
  FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
 ORDER BY conname
"""
_SEQUENCES = """
SELECT sequence.relname, depending.relname, attribute.attname
  FROM pg_class sequence
  JOIN pg_depend ON pg_depend.classid = 'pg_class'::regclass AND objid = sequence.oid
   AND deptype IN ('a', 'i') AND refobjsubid > 0
  JOIN pg_class depending ON depending.oid = refobjid
  JOIN pg_attribute attribute ON attrelid = refobjid AND attnum = refobjsubid
 WHERE sequence.relkind = 'S' AND sequence.relnamespace = 'public'::regnamespace
"""
_FUNCTIONS = """
SELECT oid::regprocedure::text FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
   SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid
      AND deptype = 'e')
"""


@dataclass(frozen=True)
class Table:
    """A table, its stored columns, and those of its primary key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def key_text(self) -> sql.Composable:
        """An expression for the text of a row's key."""
        parts = [sql.SQL("{}::text").format(sql.Identifier(column)) for column in self.key]
        return sql.SQL(" || '/' || ").join(parts)

    def copy_out(self) -> sql.Composed:
        """COPY of all rows in the order of their keys."""
        return sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
            _names(self.columns), sql.Identifier(self.name), _names(self.key)
        )

    def copy_in(self) -> sql.Composed:
        """COPY into the table, of what `copy_out` gave."""
        return sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.name), _names(self.columns)
        )


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key of one column."""

    table: str
    name: str
    definition: str
    column: str
    can_be_null: bool
    to_table: str
    to_column: str


def _names(columns: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def tables(cursor: Any) -> list[Table]:
    """Every table with rows of this product, without the record of migrations."""
    cursor.execute(_TABLES)
    return [
        Table(name, tuple(columns), tuple(key))
        for name, columns, key in cursor.fetchall()
        if key and name != MIGRATIONS_TABLE
    ]


def foreign_keys(cursor: CursorWrapper) -> list[ForeignKey]:
    cursor.execute(_FOREIGN_KEYS)
    return [ForeignKey(*row) for row in cursor.fetchall()]


def reset_sequences(cursor: CursorWrapper) -> None:
    """Let each sequence go on behind the largest number of its column."""
    cursor.execute(_SEQUENCES)
    for sequence, table, column in cursor.fetchall():
        cursor.execute(
            sql.SQL("SELECT setval({}, coalesce(max({}), 1), max({}) IS NOT NULL) FROM {}").format(
                sql.Literal(sequence),
                sql.Identifier(column),
                sql.Identifier(column),
                sql.Identifier(table),
            )
        )


def drop_everything(alias: str) -> None:
    """Drop every table and function of this product; extensions stay. In one transaction."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        names = [sql.Identifier(name) for name, _, _ in cursor.fetchall()]
        if names:
            cursor.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.SQL(", ").join(names)))
        cursor.execute(_FUNCTIONS)
        for (function,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP FUNCTION {} CASCADE").format(sql.SQL(function)))
