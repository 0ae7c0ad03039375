"""The schema as the migrations know it: its name, and bringing a database to an earlier state."""

from __future__ import annotations

import hashlib

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from sermo.backups.errors import RefusedError

Migration = tuple[str, str]


def applied_migrations(alias: str) -> list[Migration]:
    """App and name of every migration that this database has, in order."""
    return sorted(MigrationExecutor(connections[alias]).loader.applied_migrations)


def schema_digest(migrations: list[Migration]) -> str:
    """16 hexadecimal digits for a state of the schema."""
    text = "\n".join(f"{app}.{name}" for app, name in migrations)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def refuse_unknown(alias: str, migrations: list[Migration]) -> None:
    """Raises `RefusedError` if this version of the code does not have one of the migrations."""
    known = MigrationExecutor(connections[alias]).loader.graph.nodes
    unknown = [f"{app}.{name}" for app, name in migrations if (app, name) not in known]
    if unknown:
        raise RefusedError(
            f"The archive was made by another version of the site (it has {unknown[0]}). "
            "Restore with that version or a later one."
        )


def create(alias: str, migrations: list[Migration]) -> None:
    """Bring an empty database to the state with exactly these migrations."""
    executor = MigrationExecutor(connections[alias])
    wanted, graph = set(migrations), executor.loader.graph
    last = [
        key
        for key in wanted
        if not any(child.key in wanted for child in graph.node_map[key].children)
    ]
    executor.migrate(sorted(last))


def upgrade(alias: str) -> None:
    """Apply the migrations that this version has beyond those of the archive."""
    call_command("migrate", database=alias, interactive=False, verbosity=0)
