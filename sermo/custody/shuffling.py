"""Tables written anew in the order of their random keys: the order of a heap is an order of time.

Whoever copies the files of a table reads its rows in the order in which they were written, and so
which anonymous item came just before which named act (ANONYMITY.md §2, order).
"""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError, connections, models, transaction

from sermo.routers import store_of

OURS = {"accounts", "verification", "cases", "polls", "members", "moderation", "notifications"}
THEIRS = {"account", "mfa"}
# Behind this many milliseconds of other people's work a table waits for the next night.
PATIENCE = 2000


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


def _rewrite(alias: str, model: type[models.Model]) -> bool:
    connection = connections[alias]
    quote, table = connection.ops.quote_name, model._meta.db_table
    try:
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, table)
            primary = next(name for name, one in constraints.items() if one["primary_key"])
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
            cursor.execute(f"CLUSTER {quote(table)} USING {quote(primary)}")
    except DatabaseError:
        return False
    return True
