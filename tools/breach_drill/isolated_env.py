"""Servers, keys and directories for one drill; those of the site are not used."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sermo import local_stack
from sermo.core.keys import generate_environment
from sermo.local_stack import postgres
from sermo.local_stack.paths import LocalPaths

URL = "https://sermo.example"
INSTITUTION = "univhospital.example"
K_ANONYMITY, LOG_KEPT = 50, "512MB"


@contextmanager
def isolated_environment(folder: Path, *, k: int = K_ANONYMITY) -> Iterator[dict[str, str]]:
    """Start servers and yield the environment variables of the simulation; stop them afterwards.

    Raises `LocalStackError` if the servers cannot start.
    """
    other = {name: value for name, value in os.environ.items() if not _is_ours(name)}
    made = generate_environment(demo=True)
    with _replaced(other):
        addresses = local_stack.ensure_servers(folder)
    _hurry(LocalPaths(folder.absolute()))
    try:
        yield other | {
            **addresses,
            **made,
            "DJANGO_SETTINGS_MODULE": "tools.breach_drill.settings",
            "SERMO_LOCAL": str(folder),
            "SERMO_ENV": "test",
            "SERMO_PROCESS": "manage",
            "SERMO_SECRET_KEY": secrets.token_urlsafe(50),
            "SERMO_BASE_URL": URL,
            "SERMO_K_ANONYMITY": str(k),
            "SERMO_ANONYMOUS_MARK_MINUTES": "20",
            "SERMO_ANONYMOUS_URGENT_MARK_MINUTES": "5",
            "SERMO_STAFF_SECOND_FACTOR": "false",
            "SERMO_DEMO_MAILBOX": "false",
            "SERMO_INSTITUTIONAL_DOMAINS": INSTITUTION,
            "SERMO_STORAGE": f"file:{folder / 'files'}",
            "SERMO_MAIL_URL": f"file:{folder / 'mail'}",
        }
    finally:
        local_stack.stop(folder)


def _hurry(paths: LocalPaths) -> None:
    """PostgreSQL does not wait for the disk, and keeps its log as an archive does."""
    names = ("fsync", "synchronous_commit", "full_page_writes")
    commands = "".join(f"ALTER SYSTEM SET {name} = off;\n" for name in names)
    commands += f"ALTER SYSTEM SET wal_keep_size = '{LOG_KEPT}';\n"
    program = str(postgres.binaries() / "psql")
    subprocess.run(
        [program, "-X", "-q", "-h", str(paths.run), "-U", postgres.SUPERUSER, "-d", "postgres"],
        input=f"{commands}SELECT pg_reload_conf();",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )


def _is_ours(name: str) -> bool:
    return name.startswith("SERMO_") or name in {*local_stack.ADDRESSES, "DJANGO_SETTINGS_MODULE"}


@contextmanager
def _replaced(environment: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
