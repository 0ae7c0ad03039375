"""Temporary databases for a replay; the site's own are never touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.core.management import call_command
from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from sermo import env, local_stack

PREFIX = "replay_"
ADDRESSES = {"default": "DATABASE_URL", "identity": "IDENTITY_DATABASE_URL"}


@contextmanager
def temporary_databases() -> Iterator[None]:
    """Both databases on the tests' server, migrated and empty, deleted afterwards.

    Raises `LocalStackError` if the server does not start.
    """
    _use_test_server()
    for alias in ADDRESSES:
        name = f"{PREFIX}{os.getpid()}_{alias}"
        connections[alias].settings_dict["TEST"].update({"NAME": name})
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


def _use_test_server() -> None:
    """Connect to the tests' server, which may create databases and does not wait for the disk."""
    with patch.dict(os.environ):
        for name in (*ADDRESSES.values(), "REDIS_URL", "CACHE_URL"):
            os.environ.pop(name, None)
        os.environ.update(
            local_stack.ensure_servers(local_stack.default_local() / "test", durable=False)
        )
        addresses = {alias: env.database(name) for alias, name in ADDRESSES.items()}
    for alias, address in addresses.items():
        connections[alias].close()
        connections[alias].settings_dict.update(address)


def empty_databases() -> None:
    """Delete all rows.

    Raises `RuntimeError` for a database that is not temporary.
    """
    for alias in connections:
        name = str(connections[alias].settings_dict["NAME"])
        if not name.startswith((PREFIX, "test_")):
            raise RuntimeError("only a scratch database may be emptied")
        call_command(
            "flush", database=alias, verbosity=0, interactive=False, inhibit_post_migrate=True
        )
