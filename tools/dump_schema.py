"""Prints the schema that the migrations make, of both databases, so that two trees can be compared.

    python -m tools.dump_schema > before.sql

Statements are sorted, and so are the columns of a table: a squashed migration adds them in another
order. Names that Django or PostgreSQL make up (primary keys, foreign keys, hashed indexes) are
replaced by `*`; names that a model chooses stay. Needs `pg_dump` on PATH or in the wheel.
"""

from __future__ import annotations

import os
import re
import subprocess

from sermo import local_stack
from sermo.local_stack import postgres

MADE_UP = (
    (re.compile(r"CONSTRAINT \w+ NOT NULL"), "NOT NULL"),
    (re.compile(r"CONSTRAINT \w+_(?:pkey|key|check|fkey|[0-9a-f]{8}\w*)(?= )"), "CONSTRAINT *"),
    (re.compile(r"INDEX \w+_[0-9a-f]{8}\w*(?= )"), "INDEX *"),
    (re.compile(r"public\.\w+_seq\b"), "public.*_seq"),
)


def main() -> None:
    """Migrate two scratch databases on the tests' server and print their schemas."""
    local = local_stack.default_local() / "test"
    os.environ.update(local_stack.ensure_servers(local, durable=False))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    for alias in connections:
        connections[alias].settings_dict["TEST"]["NAME"] = f"schema_{os.getpid()}_{alias}"
    made = setup_databases(verbosity=0, interactive=False)
    try:
        for alias in sorted(connections):
            print(f"-- {alias}\n")
            print("\n\n".join(_statements(connections[alias].settings_dict)), "\n")
    finally:
        teardown_databases(made, verbosity=0)


def _statements(settings: dict[str, object]) -> list[str]:
    """Every statement of the dump, normalised and sorted."""
    command = [str(postgres.binaries() / "pg_dump"), "--schema-only", "--no-owner"]
    command += ["--no-privileges", "--host", str(settings["HOST"]), "--username"]
    command += [str(settings["USER"]), str(settings["NAME"])]
    environment = os.environ | {"PGPASSWORD": str(settings["PASSWORD"] or "")}
    dump = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    lines = [
        line for line in dump.stdout.splitlines() if line and not line.startswith(("--", "\\"))
    ]
    text = "\n".join(lines)
    statements = re.split(r";\n(?=[A-Z])", text)
    return sorted(
        _normalise(statement)
        for statement in statements
        if not statement.startswith(("SET ", "SELECT "))
    )


def _normalise(statement: str) -> str:
    statement = statement.strip().rstrip(";")
    for pattern, name in MADE_UP:
        statement = pattern.sub(name, statement)
    if not statement.startswith("CREATE TABLE"):
        return statement
    head, *columns, end = statement.splitlines()
    return "\n".join([head, *sorted(column.rstrip(",") for column in columns), end])


if __name__ == "__main__":
    main()
