"""Tables rewritten in the order of their random keys: rows on disk otherwise lie in order of time.

Somebody who copies the files of a table reads its rows in the order in which they were written,
and so sees which anonymous post came just before which named one (docs/design/anonymity.md,
order). Each row also has the number of the transaction that wrote it, which survives a move; so
one transaction writes every row, and then the table is clustered by its primary key.

Tables of persons and of members are rewritten hourly: the same order on both sides would link
them. So are the ballots: one that was sent with reasons under a name has the transaction of that
comment. While a table is rewritten nobody reads it, so a large one waits for the daily run.
"""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError, connections, models, transaction

from sermo.blinded_rows.models import BlindedRow
from sermo.core.advisory_lock import exclusive
from sermo.members.models import AuthorCapsule, ShownLine
from sermo.routers import store_of
from verification.models import RegisterRow, Taxonomy

OUR_APPS = {"accounts", "verification", "cases", "polls", "members", "moderation", "notifications"}
ALLAUTH_APPS = {"account", "mfa"}
# Milliseconds. A table that is locked for longer is left for the next run.
LOCK_TIMEOUT = 2000
# Large and public: written in the order of a published file.
PUBLISHED_MODELS = {RegisterRow, Taxonomy}
# Large. The nightly pass writes all their rows, and capsules are as many as the posts they belong
# to: the daily run is enough.
NIGHTLY_MODELS = {AuthorCapsule, ShownLine}
# What one act writes beside a post under a name.
TABLES_OF_BALLOTS = {
    "cases_answerreveal",
    "polls_answer",
    "polls_conditionalchange",
    "polls_rankedoption",
    "polls_waitinganswer",
}
MAX_ROWS_HOURLY = 300_000
APPS_OF_PEOPLE = {"accounts", "account", "mfa", "verification", "members"}


def tables() -> list[tuple[str, type[models.Model]]]:
    """Database alias and model of every table whose order matters.

    The audit tables keep their order: it is part of what they record. Blinded rows are renewed in
    random order each night, and an hourly rewriting of a million of them would cost too much.
    """
    return [
        (store_of(model._meta.app_label, model._meta.model_name), model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OUR_APPS | ALLAUTH_APPS
        and model._meta.managed
        and not issubclass(model, BlindedRow)
    ]


def rewrite_tables() -> int:
    """Rewrite every table; how many were. One that is locked is left for the next run."""
    return sum(_rewrite(alias, model) for alias, model in tables())


def rewrite_tables_of_people() -> int:
    """Rewrite the tables of persons, of members and of ballots, unless large. How many were."""
    return sum(
        _rewrite(alias, model)
        for alias, model in tables()
        if _is_rewritten_hourly(model) and _n_rows(alias, model) <= MAX_ROWS_HOURLY
    )


def _is_rewritten_hourly(model: type[models.Model]) -> bool:
    if model in PUBLISHED_MODELS | NIGHTLY_MODELS:
        return False
    return model._meta.app_label in APPS_OF_PEOPLE or model._meta.db_table in TABLES_OF_BALLOTS


def _n_rows(alias: str, model: type[models.Model]) -> int:
    """About how many rows the table has, as of its last analysis."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        return int(cursor.fetchone()[0])


def _rewrite(alias: str, model: type[models.Model]) -> bool:
    """False if the table is locked, or while a backup reads the store.

    A backup reads each table for as long as it lasts: everybody would wait behind this waiting.
    """
    with exclusive("backup", using=alias) as is_free:
        return is_free and _rewrite_in_order(alias, model)


def _rewrite_in_order(alias: str, model: type[models.Model]) -> bool:
    """False if the table is locked.

    Two transactions: CLUSTER drops row versions that the first has replaced only when it is over.
    """
    connection = connections[alias]
    quote, table = connection.ops.quote_name, model._meta.db_table
    key = quote(str(model._meta.pk.column))
    try:
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT}")
            cursor.execute(f"UPDATE {quote(table)} SET {key} = {key}")  # noqa: S608  # our own names
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, table)
            primary = next(
                name for name, constraint in constraints.items() if constraint["primary_key"]
            )
            cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT}")
            cursor.execute(f"CLUSTER {quote(table)} USING {quote(primary)}")
    except DatabaseError:
        return False
    return True
