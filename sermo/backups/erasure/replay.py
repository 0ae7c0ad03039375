"""Taking away from a restored database what the newest keep list does not name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections
from psycopg import sql

from sermo.backups.archives.records import Kind, Record, Tally, refuse_difference
from sermo.backups.erasure.facts import DecryptedFacts, Fact, digest_of
from sermo.backups.erasure.keep_list import decrypted_facts_of, facts_of, name_of
from sermo.backups.errors import DamagedArchiveError
from sermo.backups.stores import catalog
from sermo.blinded_rows import epochs

BATCH_ROWS = 1000


def apply_keep_list(alias: str, records: Iterator[Record], salt: bytes) -> Counter[str]:
    """Erase again, in the caller's transaction; how many rows, by fact.

    A fact that the list does not have (it is from an earlier version) erases nothing. Raises
    `DamagedArchiveError`.
    """
    epochs.forget_epochs()
    with connections[alias].cursor() as cursor:
        tables = catalog.tables(cursor)
    keys = {table.name: table.key_text for table in tables}
    in_sql = {fact.title: fact for fact in facts_of(alias, tables)}
    decrypted = {facts.title: facts for facts in decrypted_facts_of(alias)}
    erased: Counter[str] = Counter()
    for record in records:
        if record.kind in {Kind.DATABASE_END, Kind.END}:
            break
        title = str(record.fields["name"])
        _load(alias, records)
        if title in in_sql:
            fact = in_sql[title]
            erased[title] += _apply(alias, fact, keys[fact.table], salt)
        elif title in decrypted:
            erased[title] += _apply_decrypted(alias, decrypted[title], salt)
    for _ in records:  # to its end, which shows that it is whole
        pass
    _drop(alias)
    return +erased


def _load(alias: str, records: Iterator[Record]) -> None:
    """Put the digests of one fact into a temporary table."""
    tally = Tally()
    _drop(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept_fact (digest text NOT NULL)")
        raw: Any = cursor.cursor
        with raw.copy("COPY kept_fact FROM STDIN") as copy:
            for record in records:
                if record.kind is not Kind.ROWS:
                    break
                tally.add(record.content)
                copy.write(record.content)
        if record.kind is not Kind.TABLE_END:
            raise DamagedArchiveError("The keep list is not in order.")
        refuse_difference(record.fields, tally.rows())
        cursor.execute("CREATE INDEX ON kept_fact (digest)")
        cursor.execute("ANALYZE kept_fact")


def _drop(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.kept_fact")


def _apply(alias: str, fact: Fact, key: sql.Composable, salt: bytes) -> int:
    """Repair or delete the rows for which the fact holds here and not in the list."""
    condition = sql.SQL(
        "FROM {} WHERE ({}) AND NOT EXISTS (SELECT FROM kept_fact WHERE digest = {})"
    ).format(sql.Identifier(fact.table), sql.SQL(fact.condition), fact.digest(key, salt))
    with connections[alias].cursor() as cursor:
        if fact.repair is None:
            cursor.execute(sql.SQL("DELETE ") + condition)
            return int(cursor.rowcount)
        cursor.execute(sql.SQL("SELECT {} ").format(key) + condition)
        found = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(found), BATCH_ROWS):
        fact.repair(found[start : start + BATCH_ROWS])
    return len(found)


def _apply_decrypted(alias: str, facts: DecryptedFacts, salt: bytes) -> int:
    n_changed, batch = 0, list[tuple[bytes, bytes]]()
    for row in facts.rows():
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            n_changed += _apply_to_batch(alias, facts, salt, batch)
            batch = []
    return n_changed + _apply_to_batch(alias, facts, salt, batch)


def _apply_to_batch(
    alias: str, facts: DecryptedFacts, salt: bytes, batch: Sequence[tuple[bytes, bytes]]
) -> int:
    digests = {
        (name, fact): digest_of(salt, name_of(facts, name), fact)
        for name, content in batch
        for fact in facts.questions(name, content)
    }
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM kept_fact WHERE digest = ANY(%s)", [list(set(digests.values()))]
        )
        listed = {row[0] for row in cursor.fetchall()}
    n_changed = 0
    for name, content in batch:

        def is_listed(fact: bytes, name: bytes = name) -> bool:
            digest = digests.get((name, fact))
            return digest is not None and digest in listed

        n_changed += facts.repair(name, content, is_listed)
    return n_changed
