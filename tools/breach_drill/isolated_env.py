"""Servers, keys and directories for one drill; those of the site are not used."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sermo import local_stack
from sermo.core.keys import generate_environment

URL = "https://sermo.example"
INSTITUTION = "univhospital.example"
K_ANONYMITY = 50


@contextmanager
def isolated_environment(folder: Path, *, k: int = K_ANONYMITY) -> Iterator[dict[str, str]]:
    """Start servers and yield the environment variables of the simulation; stop them afterwards.

    Raises `LocalStackError` if the servers cannot start.
    """
    other = {name: value for name, value in os.environ.items() if not _is_ours(name)}
    made = generate_environment(demo=True)
    with _replaced(other):
        addresses = local_stack.ensure_servers(folder, durable=False)
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
