"""Writing a keep list: digests of everything that exists at one moment, under a new random salt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction
from psycopg import sql

from sermo.backups.archives.records import PART_BYTES, Kind, RecordWriter, Tally
from sermo.backups.erasure import blinded, community, identity
from sermo.backups.erasure.facts import DecryptedFacts, Fact, digest_of
from sermo.backups.erasure.tables import NOT_ROW_BY_ROW, SUCCESSORS
from sermo.backups.stores.catalog import Table
from sermo.backups.stores.snapshot import Snapshot
from sermo.routers import COMMUNITY, IDENTITY

_FACTS = {COMMUNITY: community.FACTS, IDENTITY: identity.FACTS}
_DECRYPTED = {COMMUNITY: blinded.COMMUNITY_FACTS, IDENTITY: blinded.IDENTITY_FACTS}
EXISTS = "exists"


def facts_of(alias: str, tables: list[Table]) -> list[Fact]:
    """All facts in SQL about these tables: that rows exist, then what is in them."""
    exists = [_exists(table.name) for table in tables if table.name not in NOT_ROW_BY_ROW]
    return exists + list(_FACTS[alias])


def _exists(table: str) -> Fact:
    successor = SUCCESSORS.get(table)
    if successor is None:
        return Fact(table, EXISTS)
    return Fact(table, EXISTS, key=successor.key, also=successor.also)


def decrypted_facts_of(alias: str) -> tuple[DecryptedFacts, ...]:
    """Facts about rows that have to be decrypted."""
    return _DECRYPTED[alias]


def write_facts(snapshot: Snapshot, writer: RecordWriter, salt: bytes) -> int:
    """Write the digests of all facts of a store; how many. Raises `BackupError`."""
    tables = snapshot.tables()
    keys = {table.name: table.key_text for table in tables}
    n_facts = 0
    for fact in facts_of(snapshot.alias, tables):
        statement = sql.SQL("COPY ({}) TO STDOUT").format(
            fact.select_digests(keys[fact.table], salt)
        )
        writer.write(Kind.TABLE, {"name": fact.title})
        tally = snapshot.copy(statement, writer.write_rows)
        writer.write(Kind.TABLE_END, tally.rows())
        n_facts += tally.n_rows
    with _same_moment(snapshot):
        for decrypted in decrypted_facts_of(snapshot.alias):
            writer.write(Kind.TABLE, {"name": decrypted.title})
            tally = _write_decrypted(decrypted, writer, salt)
            writer.write(Kind.TABLE_END, tally.rows())
            n_facts += tally.n_rows
    return n_facts


@contextmanager
def _same_moment(snapshot: Snapshot) -> Iterator[None]:
    """Let Django's connection read the snapshot: a renewal that runs now hides no row."""
    row = snapshot.connection.execute("SELECT pg_export_snapshot()").fetchone()
    if row is None:
        raise RuntimeError("a snapshot has a name")
    with transaction.atomic(using=snapshot.alias, durable=True):
        with connections[snapshot.alias].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(row[0])))
        yield


def _write_decrypted(facts: DecryptedFacts, writer: RecordWriter, salt: bytes) -> Tally:
    tally, lines, size = Tally(), list[str](), 0
    for name, content in facts.rows():
        for fact in facts.facts(name, content):
            lines.append(digest_of(salt, name_of(facts, name), fact))
            size += 17
        if size >= PART_BYTES:
            _flush(lines, tally, writer)
            size = 0
    _flush(lines, tally, writer)
    return tally


def name_of(facts: DecryptedFacts, name: bytes) -> bytes:
    """What stands for the row in a digest. The fact of a section names it: rows are its chunks."""
    return b"" if isinstance(facts, blinded.PrivateSections) else name


def _flush(lines: list[str], tally: Tally, writer: RecordWriter) -> None:
    if lines:
        part = ("\n".join(lines) + "\n").encode()
        tally.add(part)
        writer.write_rows(part)
        lines.clear()
