"""Servers, keys and directories for one drill; those of the site are not used."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from sermo import local_stack
from sermo.core.keys import generate_environment
from sermo.local_stack import postgres
from sermo.local_stack.paths import LocalPaths

URL, INSTITUTION, K_ANONYMITY = "https://sermo.example", "univhospital.example", "50"
# PostgreSQL does not wait for the disk, and keeps its log as an archive does.
DATABASE_SETTINGS = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
DATABASE_SETTINGS["wal_keep_size"] = "512MB"


@contextmanager
def isolated_environment(folder: Path) -> Iterator[dict[str, str]]:
    """Start servers and yield the environment variables of the simulation; stop them afterwards.

    Raises `LocalStackError` if the servers cannot start.
    """
    other = {name: value for name, value in os.environ.items() if not _is_ours(name)}
    with patch.dict(os.environ, other, clear=True):
        addresses = local_stack.ensure_servers(folder)
    lines = [f"ALTER SYSTEM SET {name} = '{value}';" for name, value in DATABASE_SETTINGS.items()]
    paths, program = LocalPaths(folder.absolute()), str(postgres.binaries() / "psql")
    command = [program, "-q", "-h", str(paths.run), "-U", postgres.SUPERUSER, "-d", "postgres"]
    commands = "\n".join([*lines, "SELECT pg_reload_conf();"])
    subprocess.run(command, input=commands, text=True, check=True, stdout=subprocess.DEVNULL)
    try:
        yield (
            other
            | addresses
            | generate_environment(demo=True)
            | {
                "DJANGO_SETTINGS_MODULE": "tools.breach_drill.settings",
                "SERMO_LOCAL": str(folder),
                "SERMO_ENV": "test",
                "SERMO_PROCESS": "manage",
                "SERMO_SECRET_KEY": secrets.token_urlsafe(50),
                "SERMO_BASE_URL": URL,
                "SERMO_K_ANONYMITY": K_ANONYMITY,
                "SERMO_STAFF_SECOND_FACTOR": "false",
                "SERMO_DEMO_MAILBOX": "false",
                "SERMO_INSTITUTIONAL_DOMAINS": INSTITUTION,
                "SERMO_STORAGE": f"file:{folder / 'files'}",
                "SERMO_MAIL_URL": f"file:{folder / 'mail'}",
            }
        )
    finally:
        local_stack.stop(folder)


def _is_ours(name: str) -> bool:
    return name.startswith("SERMO_") or name in {*local_stack.ADDRESSES, "DJANGO_SETTINGS_MODULE"}
