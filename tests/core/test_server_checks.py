"""A server that writes what it must not: production does not start, and elsewhere a warning."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import Client

from sermo.core import redis, server_checks
from sermo.core.server_checks import require_private_servers, server_problems
from sermo.local_stack import redis_server
from sermo.local_stack.paths import LocalPaths
from sermo.local_stack.redis_server import RedisServer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture(autouse=True)
def _keep_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's transaction is on the connections that a real start closes."""
    monkeypatch.setattr(type(connections), "close_all", lambda self: None)


@pytest.fixture
def persistent(settings: Any, socket_enabled: None) -> Iterator[RedisServer]:
    """CACHE_URL names a server that stores its data."""
    with tempfile.TemporaryDirectory(prefix="sermo-redis-") as directory:
        paths = LocalPaths(Path(directory))
        for needed in (paths.redis, paths.run):
            needed.mkdir()
        server = redis_server.broker(paths)
        redis_server.start(server, durable=True)
        settings.CACHE_URL = redis_server.address(server)
        redis.connection.cache_clear()
        yield server
        redis_server.stop(server)
    redis.connection.cache_clear()


def test_servers_of_the_one_command_start_have_the_right_settings() -> None:
    assert server_problems() == []


def test_statements_in_the_log_stop_production_and_are_a_warning_elsewhere(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stricter = server_checks.LOG_SETTINGS | {"log_statement": ("all",)}  # type: ignore[operator]
    monkeypatch.setattr(server_checks, "LOG_SETTINGS", stricter)

    require_private_servers()
    assert "identity database). Set on the server: log_statement = all" in caplog.text
    settings.SERMO_ENV = "production"
    with pytest.raises(ImproperlyConfigured, match=r"default database.*identity database"):
        require_private_servers()

    import_module("sermo.celery")  # connects the signal
    with pytest.raises(SystemExit, match="Set on the server"):
        worker_init.send(sender=None)
    assert Client().get("/readyz").json()["server_settings"] == "failing"


def test_a_cache_that_stores_its_data_is_reported(persistent: RedisServer) -> None:
    assert server_problems() == [
        'The Redis at CACHE_URL writes sessions to disk. Set: save "", appendonly no.'
    ]


def test_a_cache_that_refuses_to_show_its_settings_is_judged_by_its_statistics(
    persistent: RedisServer,
) -> None:
    client: Any = redis.connection()
    client.execute_command("ACL", "SETUSER", "default", "-config")

    assert 'Set: save "", appendonly no' in server_problems()[0]


def test_one_server_for_both_is_reported(settings: Any) -> None:
    settings.CACHE_URL = settings.REDIS_URL
    redis.connection.cache_clear()

    problems = server_problems()

    redis.connection.cache_clear()
    assert problems == ["CACHE_URL and REDIS_URL name one server. Use two servers."]


def test_a_server_that_does_not_answer_does_not_stop_the_start(
    settings: Any, persistent: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SERMO_ENV = "production"
    redis_server.stop(persistent)

    require_private_servers()

    assert "the settings of the servers could not be read" in caplog.text
