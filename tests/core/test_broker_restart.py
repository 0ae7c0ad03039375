"""The broker is restarted, or does not answer: no page fails, and no message is lost."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from sermo import celery
from sermo.core import jobs, redis
from sermo.local_stack import redis_server
from sermo.local_stack.paths import LocalPaths
from sermo.local_stack.redis_server import RedisServer

TASK = "cases.flush_views"
MAX_SECONDS = 5


@pytest.fixture
def broker(
    settings: Any, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> Iterator[RedisServer]:
    """A durable broker of its own, to which `enqueue` sends."""
    directory = Path(tempfile.mkdtemp(prefix="sermo-broker-"))
    paths = LocalPaths(directory)
    for needed in (paths.redis, paths.run):
        needed.mkdir()
    server = redis_server.broker(paths)
    redis_server.start(server, durable=True)
    settings.REDIS_URL = redis_server.address(server)
    app = Celery("broker-restart", set_as_current=False)
    app.add_defaults(celery._configuration)
    monkeypatch.setattr(celery, "app", app)
    redis.broker.cache_clear()
    yield server
    app.close()
    redis_server.stop(server)
    redis.broker.cache_clear()
    shutil.rmtree(directory)


def queued() -> int:
    return int(redis.broker().llen("community"))


def test_messages_survive_a_restart_and_the_same_process_goes_on_sending(
    broker: RedisServer,
) -> None:
    for _ in range(50):
        jobs._send(TASK, ())
    redis_server.stop(broker)
    redis_server.start(broker, durable=True)

    jobs._send(TASK, ())

    assert queued() == 51


def test_a_page_that_sends_work_does_not_fail_or_wait_long_while_the_broker_is_down(
    broker: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    jobs._send(TASK, ())
    redis_server.stop(broker)

    begun = time.monotonic()
    jobs._send(TASK, ())  # raises nothing
    waited = time.monotonic() - begun

    redis_server.start(broker, durable=True)
    assert waited < MAX_SECONDS
    assert f"broker unreachable; {TASK} waits for its sweep" in caplog.text
    assert queued() == 1


def test_a_page_that_sends_work_does_not_fail_while_the_disk_of_the_broker_is_full(
    broker: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Valkey and Redis refuse writes in the same way when they have too few replicas."""
    redis.broker().config_set("min-replicas-to-write", 1)

    jobs._send(TASK, ())  # raises nothing

    redis.broker().config_set("min-replicas-to-write", 0)
    assert f"broker unreachable; {TASK} waits for its sweep" in caplog.text
    jobs._send(TASK, ())
    assert queued() == 1
