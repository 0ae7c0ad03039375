"""Copy a file's rows into a staging table, then replace the register's rows at once.

The staging table is temporary and belongs to this connection. A broken file has changed nothing,
and no transaction stays open while millions of rows are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connections

from sermo.routers import IDENTITY
from verification.registers import gmc, leie, nppes, rpps
from verification.registers.files import RegisterFile
from verification.registers.parsing import RegisterEntry

Row = tuple[Any, ...]
CHUNK = 20_000
_LICENCE_COLUMNS = (
    ("number", "varchar"),
    ("given_names", "jsonb"),
    ("family_names", "jsonb"),
    ("birth_date", "date"),
    ("status_text", "varchar"),
    ("licence_status", "varchar"),
    ("profession", "varchar"),
    ("credential", "varchar"),
    ("specialties", "jsonb"),
    ("degree_year", "smallint"),
    ("contact_phone", "varchar"),
    ("licences", "jsonb"),
)
_NAMES = ", ".join(name for name, _ in _LICENCE_COLUMNS)
_UPDATED_COLUMNS = [name for name, _ in _LICENCE_COLUMNS[1:]]
# The last line of a number counts. Unchanged rows are not written again.
_REPLACE_LICENCES = (
    f"""
    INSERT INTO verification_registerrow AS held (id, scheme, contact_email, {_NAMES})
    SELECT gen_random_uuid(), %(scheme)s, '', {_NAMES} FROM (
        SELECT DISTINCT ON (number) * FROM staging ORDER BY number, line DESC
    ) AS last
    ON CONFLICT (scheme, number) DO UPDATE
    SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _UPDATED_COLUMNS)}
    WHERE ({", ".join(f"held.{name}" for name in _UPDATED_COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in _UPDATED_COLUMNS)})
    """,  # noqa: S608  # names of columns, all written here
    """
    DELETE FROM verification_registerrow AS held
    WHERE scheme = %(scheme)s
        AND NOT EXISTS (SELECT FROM staging WHERE staging.number = held.number)
    """,
)


@dataclass(frozen=True)
class ImportPlan:
    """The columns of a kind of file, and the statements that replace its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: Callable[[RegisterFile], Iterator[Row]]
    take: tuple[str, ...]
    scheme: str = ""


def _licences(
    read: Callable[[RegisterFile], Iterable[RegisterEntry]],
) -> Callable[[RegisterFile], Iterator[Row]]:
    def rows(source: RegisterFile) -> Iterator[Row]:
        for item in read(source):
            yield (
                item.number[:24],
                json.dumps(item.given_names),
                json.dumps(item.family_names),
                item.birth_date,
                item.status_text,
                str(item.licence_status),
                str(item.profession),
                item.credential,
                json.dumps(item.specialties),
                item.degree_year,
                item.contact_phone,
                json.dumps(item.licences),
            )

    return rows


def _register(scheme: str, read: Callable[[RegisterFile], Iterable[RegisterEntry]]) -> ImportPlan:
    return ImportPlan(_LICENCE_COLUMNS, _licences(read), _REPLACE_LICENCES, scheme)


def _exclusions(source: RegisterFile) -> Iterator[Row]:
    for item in leie.read_exclusions(source):
        yield (
            item.family_name,
            item.given_name,
            item.npi,
            item.birth_date,
            item.state,
            item.general,
        )


def _taxonomies(source: RegisterFile) -> Iterator[Row]:
    for item in nppes.read_taxonomies(source):
        yield (
            item.code,
            item.grouping,
            item.classification,
            item.specialization,
            item.display_name,
        )


IMPORT_PLANS: dict[str, ImportPlan] = {
    "nppes": _register("NPI", nppes.read_nppes),
    "gmc": _register("GMC", gmc.read_gmc),
    "rpps": _register("RPPS", rpps.read_rpps),
    # Mailboxes of numbers that the NPPES file contains; mailboxes not listed are cleared.
    "nppes-endpoint": ImportPlan(
        (("number", "varchar"), ("mailbox", "varchar")),
        nppes.read_mailboxes,
        (
            """
            UPDATE verification_registerrow AS held SET contact_email = ''
            WHERE scheme = 'NPI' AND contact_email <> ''
                AND NOT EXISTS (SELECT FROM staging WHERE staging.number = held.number)
            """,
            """
            UPDATE verification_registerrow AS held SET contact_email = last.mailbox
            FROM (SELECT DISTINCT ON (number) number, mailbox FROM staging
                ORDER BY number, line DESC) AS last
            WHERE held.scheme = 'NPI' AND held.number = last.number
                AND held.contact_email <> last.mailbox
            """,
        ),
    ),
    "nucc": ImportPlan(
        (
            ("code", "varchar"),
            ("grouping", "varchar"),
            ("classification", "varchar"),
            ("specialization", "varchar"),
            ("display_name", "varchar"),
        ),
        _taxonomies,
        (
            "DELETE FROM verification_taxonomy",
            """
            INSERT INTO verification_taxonomy
                (code, "grouping", classification, specialization, display_name)
            SELECT DISTINCT ON (code)
                code, "grouping", classification, specialization, display_name
            FROM staging ORDER BY code, line DESC
            """,
        ),
    ),
    # Reinstated people are missing from the file, so the whole table is replaced.
    "leie": ImportPlan(
        (
            ("family_name", "varchar"),
            ("given_name", "varchar"),
            ("npi", "varchar"),
            ("birth_date", "date"),
            ("state", "varchar"),
            ("general", "varchar"),
        ),
        _exclusions,
        (
            "DELETE FROM verification_exclusion",
            """
            INSERT INTO verification_exclusion
                (id, family_name, given_name, npi, birth_date, state, general)
            SELECT gen_random_uuid(), family_name, given_name, npi, birth_date, state, general
            FROM staging ORDER BY line
            """,
        ),
    ),
}


def copy_to_staging(plan: ImportPlan, source: RegisterFile) -> Iterator[int]:
    """Copy the rows into a new staging table. Yields the number of rows after each chunk.

    Raises `InvalidRegisterFile`.
    """
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staging")
        columns = ", ".join(f'"{name}" {kind}' for name, kind in plan.columns)
        cursor.execute(
            f"CREATE TEMPORARY TABLE staging (line bigint GENERATED ALWAYS AS IDENTITY, {columns})"
        )
        names = ", ".join(f'"{name}"' for name, _ in plan.columns)
        rows = plan.rows(source)
        count = 0
        while chunk := list(islice(rows, CHUNK)):
            with cursor.copy(f"COPY staging ({names}) FROM STDIN") as copy:
                for row in chunk:
                    copy.write_row(row)
            count += len(chunk)
            yield count


def replace_rows(plan: ImportPlan) -> None:
    """Replace the register's rows by the staged ones. Call it inside a transaction."""
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute("ANALYZE staging")
        for statement in plan.take:
            cursor.execute(statement, {"scheme": plan.scheme} if plan.scheme else None)


def drop_staging() -> None:
    with connections[IDENTITY].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staging")
