"""Facts about rows, and what a restore does to a row for which a fact no longer holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connections
from psycopg import sql

DIGEST_BYTES = 8
SALT_BYTES = 32
# Keys of rows, as text.
Repair = Callable[[Sequence[str]], None]
# Whether the list has this fact of the row.
IsListed = Callable[[bytes], bool]


@dataclass(frozen=True)
class Fact:
    """Something that is true of some rows of a table, in SQL.

    `key` is the text that is listed; it has the row's key in it (`{key}`), and what must be
    unchanged. `source` lists other keys for which the fact holds as well.
    """

    table: str
    name: str
    # None: the row is deleted.
    repair: Repair | None = None
    condition: str = "true"
    key: str = "{key}"
    also: str = ""

    @property
    def title(self) -> str:
        return f"{self.table}: {self.name}"

    def select_digests(self, key: sql.Composable, salt: bytes) -> sql.Composable:
        """One digest for each row for which the fact holds, as 16 hexadecimal digits."""
        statement = sql.SQL("SELECT {} FROM {} WHERE {}").format(
            self.digest(key, salt), sql.Identifier(self.table), sql.SQL(self.condition)
        )
        if not self.also:
            return statement
        also = sql.SQL(" UNION ALL SELECT {} FROM ({}) AS others (key)").format(
            _digest(sql.SQL("others.key"), salt), sql.SQL(self.also)
        )
        return statement + also

    def digest(self, key: sql.Composable, salt: bytes) -> sql.Composable:
        """The digest of one row."""
        return _digest(sql.SQL(self.key).format(key=key), salt)


def _digest(text: sql.Composable, salt: bytes) -> sql.Composable:
    return sql.SQL("encode(substr(sha256({} || convert_to({}, 'UTF8')), 1, {}), 'hex')").format(
        sql.Literal(salt), text, sql.Literal(DIGEST_BYTES)
    )


class DecryptedFacts(Protocol):
    """Facts about rows that this process has to decrypt to read."""

    @property
    def title(self) -> str: ...

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Name and content of every row. It fails with `BackupError` if too many do not decrypt."""
        ...

    def facts(self, name: bytes, content: bytes) -> list[bytes]:
        """What is listed of the row."""
        ...

    def questions(self, name: bytes, content: bytes) -> list[bytes]:
        """What a restore looks for in the list."""
        ...

    def repair(self, name: bytes, content: bytes, is_listed: IsListed) -> bool:
        """Bring the row to what the list says; whether it was changed."""
        ...


def digest_of(salt: bytes, name: bytes, fact: bytes) -> str:
    """The digest of a fact about a decrypted row; 16 hexadecimal digits."""
    return hashlib.sha256(salt + name + b":" + fact).digest()[:DIGEST_BYTES].hex()


def run_sql(alias: str, statement: str) -> Repair:
    """A repair by one statement, in which %s is the array of keys as text."""

    def repair(keys: Sequence[str]) -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute(statement, [list(keys)])

    return repair
