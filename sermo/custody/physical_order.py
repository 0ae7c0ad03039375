"""Tables written anew in the order of their random keys: the order of a heap is an order of time.

Whoever copies the files of a table reads its rows in the order in which they were written, and so
which anonymous item came just before which named act (ANONYMITY.md §2, order). Each row also bears
the number of the transaction that wrote it, which outlives being moved; so every row is written by
one transaction, and the table is then laid out in the order of its keys.

Persons and members are rewritten hourly: the same order on both sides would say who is whom.
"""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError, connections, models, transaction

from sermo.routers import store_of
from verification.models import RegisterRow, Taxonomy

OURS = {"accounts", "verification", "cases", "polls", "members", "moderation", "notifications"}
THEIRS = {"account", "mfa"}
# Behind this many milliseconds of other people's work a table waits for the next night.
PATIENCE = 2000
# Large, public, and written in the order of a published file.
PUBLISHED = {RegisterRow, Taxonomy}
OF_PEOPLE = {"accounts", "account", "mfa", "verification", "members"}


def tables() -> list[tuple[str, type[models.Model]]]:
    """Store and model of every table whose order could say something; the record keeps its own."""
    return [
        (store_of(model._meta.app_label, model._meta.model_name), model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS | THEIRS and model._meta.managed
    ]


def shuffle() -> int:
    """Write each anew; how many were. One that is busy is left for the next night."""
    return sum(_rewrite(alias, model) for alias, model in tables())


def shuffle_people() -> int:
    """The tables of persons and of members alone; they are small."""
    ours = [found for found in tables() if found[1]._meta.app_label in OF_PEOPLE]
    return sum(_rewrite(alias, model) for alias, model in ours if model not in PUBLISHED)


def _rewrite(alias: str, model: type[models.Model]) -> bool:
    """Two transactions: what the first replaced is gone only for the second."""
    connection = connections[alias]
    quote, table = connection.ops.quote_name, model._meta.db_table
    key = quote(str(model._meta.pk.column))
    try:
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
            cursor.execute(f"UPDATE {quote(table)} SET {key} = {key}")  # noqa: S608  # our own names
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, table)
            primary = next(name for name, one in constraints.items() if one["primary_key"])
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
            cursor.execute(f"CLUSTER {quote(table)} USING {quote(primary)}")
    except DatabaseError:
        return False
    return True
