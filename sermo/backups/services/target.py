"""The databases and storages that a restore writes to: whether they may be overwritten."""

from __future__ import annotations

import time

from django.db import connections, transaction
from psycopg import sql

from sermo.backups.erasure.tables import OF_THE_SITE
from sermo.backups.errors import RefusedError
from sermo.backups.services.configuration import Store
from sermo.backups.stores import catalog, files, schema

PATIENCE_SECONDS = 5
# A table that exists while a restore is not finished.
MARK = "restore_in_progress"
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend'
   AND pid <> pg_backend_pid()
"""


def refuse_while_used(store: Store) -> None:
    """Raises `RefusedError` while other processes are connected to the database.

    Those of a site that was just stopped have some seconds to go.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while (n_others := _count_others(store)) and time.monotonic() < until:
        time.sleep(0.1)
    if n_others:
        raise RefusedError(
            f"{n_others} other connections use the {store.name} database. Stop the site first."
        )


def _count_others(store: Store) -> int:
    with connections[store.alias].cursor() as cursor:
        cursor.execute(_OTHERS)
        return int(cursor.fetchone()[0])


def is_interrupted(store: Store) -> bool:
    """Whether an earlier restore of this store did not finish."""
    return MARK in connections[store.alias].introspection.table_names()


def is_empty(store: Store) -> bool:
    """Whether the store has no row of a person or a post, and no file."""
    with connections[store.alias].cursor() as cursor:
        for table in catalog.tables(cursor):
            if table.name in OF_THE_SITE:
                continue
            cursor.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table.name)))
            if cursor.fetchone() is not None:
                return False
    return files.is_empty(store.alias)


def prepare(store: Store, migrations: list[schema.Migration]) -> None:
    """Give the database the archive's schema. It counts as interrupted from now on.

    Where it has that schema, its rows stay until those of the archive replace them.
    """
    is_same = schema.applied_migrations(store.alias) == migrations
    with transaction.atomic(using=store.alias):
        if not is_same:
            catalog.drop_everything(store.alias)
        with connections[store.alias].cursor() as cursor:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {MARK} ()")
    if not is_same:
        schema.create(store.alias, migrations)


def finish(store: Store) -> None:
    """The restore is complete."""
    with connections[store.alias].cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {MARK}")
