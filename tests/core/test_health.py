"""/readyz names what does not work: a process, a queue, a disk, a server."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from sermo import celery
from sermo.core import health, heartbeat
from sermo.core import redis as connections
from sermo.local_stack import redis_server
from sermo.local_stack.paths import LocalPaths, project
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture(autouse=True)
def _all_processes_are_watched(settings: Any, socket_enabled: None) -> None:
    settings.WATCHED_PROCESSES = heartbeat.PROCESSES


@pytest.fixture
def all_alive() -> None:
    for process in heartbeat.PROCESSES:
        heartbeat.send_sign_of_life(process)


def readyz() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def _grow_older(key: str, seconds: int) -> None:
    connections.connection().expire(key, heartbeat.LIFETIME_SECONDS - seconds)


def test_site_is_ready_while_all_processes_give_signs_of_life(all_alive: None) -> None:
    status, body = readyz()

    assert (status, body["ready"]) == (200, True)
    assert set(body) > set(heartbeat.PROCESSES)


@pytest.mark.parametrize("process", heartbeat.PROCESSES)
def test_silent_process_is_named(all_alive: None, process: str) -> None:
    _grow_older(f"alive:{process}", health.MAX_SILENT_SECONDS + 10)

    status, body = readyz()

    assert status == 503
    assert re.fullmatch(r"failing: no sign of life for \d\d+ seconds", body[process])
    assert [name for name, state in body.items() if str(state).startswith("failing")] == [process]


def test_process_that_never_started_is_named(all_alive: None) -> None:
    connections.connection().delete("alive:mailer")

    status, body = readyz()

    assert (status, body["mailer"]) == (503, "failing: no sign of life")


@pytest.mark.parametrize("queue", heartbeat.QUEUES)
def test_work_that_waits_in_a_queue_is_seen_until_a_worker_takes_it(
    all_alive: None, queue: str
) -> None:
    assert heartbeat.claim_probe(queue)
    assert not heartbeat.claim_probe(queue)  # one probe at a time
    _grow_older(f"probe:{queue}", health.MAX_WAITING_SECONDS + 60)

    status, body = readyz()
    assert status == 503
    assert body["queues"] == f"failing: work has waited for 16 minutes in the queue {queue}"

    celery.probe(queue)
    assert readyz()[0] == 200


def test_lost_probe_is_sent_again_and_still_counts_as_waiting() -> None:
    heartbeat.claim_probe("mail")
    _grow_older("probe:mail", 100)
    connections.connection().delete("probe-sent:mail")  # its lifetime is over

    assert heartbeat.claim_probe("mail")

    waiting = heartbeat.seconds_of_waiting_work()
    assert 100 <= (waiting["mail"] or 0) < 160
    assert waiting["images"] is None


def test_full_disk_is_named_without_its_path(all_alive: None, settings: Any) -> None:
    settings.MIN_FREE_MB = max(health.free_megabytes().values()) + 10_000

    status, body = readyz()

    assert status == 503
    assert body["disk"].startswith(f"failing: less than {settings.MIN_FREE_MB} MB free for ")
    assert "/" not in body["disk"]


def test_disk_without_room_for_a_further_file_counts_as_full(
    all_alive: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = os.statvfs("/")
    full = os.statvfs_result((*disk[:5], 1000, 0, 0, *disk[8:10]))
    monkeypatch.setattr("os.statvfs", lambda _folder: full)

    assert set(health.free_megabytes().values()) == {0}
    assert readyz()[0] == 503


def test_folder_that_does_not_exist_yet_counts_as_the_disk_it_will_be_on(
    settings: Any, tmp_path: Path
) -> None:
    settings.WATCHED_FOLDERS = {"files": tmp_path / "not" / "yet", "mail": tmp_path}

    free = health.free_megabytes()

    assert free["files"] == pytest.approx(free["mail"], abs=50)


@pytest.mark.parametrize("name", ["broker", "cache"])
def test_redis_that_does_not_answer_delays_the_answer_by_seconds_only(
    name: str, settings: Any, all_alive: None
) -> None:
    directory = Path(tempfile.mkdtemp(prefix="sermo-health-"))
    paths = LocalPaths(directory)
    for needed in (paths.redis, paths.cache, paths.run):
        needed.mkdir()
    server = getattr(redis_server, name)(paths)
    redis_server.start(server, durable=True)
    pid = int(server.pid_file.read_text())
    variable = {"broker": "REDIS_URL", "cache": "CACHE_URL"}[name]
    setattr(settings, variable, redis_server.address(server))
    _forget_connections()
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        status, body = readyz()
        waited = time.monotonic() - begun
    finally:
        os.kill(pid, signal.SIGCONT)
        redis_server.stop(server)
        _forget_connections()
        shutil.rmtree(directory)

    assert status == 503
    assert waited < 25  # pages try four times for ten seconds
    component = {"broker": "redis", "cache": "cache"}[name]
    assert body[component] == "failing"
    if name == "cache":
        assert body["worker"].startswith("failing: not known while")


def _forget_connections() -> None:
    for name in ("connection", "broker", "impatient_connection", "impatient_broker"):
        getattr(connections, name).cache_clear()


def test_metrics_show_signs_of_life_queues_and_disks(all_alive: None, settings: Any) -> None:
    heartbeat.claim_probe("images")

    lines = health.metrics_text().splitlines()

    for process in heartbeat.PROCESSES:
        assert any(
            line.startswith(f'sermo_process_silent_seconds{{process="{process}"}}')
            for line in lines
        )
    assert any(line.startswith('sermo_queue_waiting_seconds{queue="images"}') for line in lines)
    assert any(line.startswith('sermo_free_megabytes{folder="temporary files"}') for line in lines)
    assert 'sermo_part_ready{part="mailer"} 1' in lines


@pytest.fixture
def beat_and_worker(tmp_path: Path) -> Iterator[None]:
    """The scheduler, and a worker of all queues in the role of the mailer."""
    base = [sys.executable, "-m", "celery", "-q", "-A", "sermo.celery"]
    worker = [*base, "worker", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    commands = {
        "mailer": [*worker, "-Q", ",".join(heartbeat.QUEUES), "-c", "1"],
        "beat": [*base, "beat", "-s", str(tmp_path / "schedule"), "--pidfile="],
    }
    running = []
    for process, command in commands.items():
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.process_settings",
            "TESTS_PROCESS": process,
        }
        with (tmp_path / f"{process}.log").open("wb") as log:
            running.append(
                subprocess.Popen(
                    command,
                    cwd=project(),
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
    yield
    for started in running:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@pytest.mark.worker
def test_real_scheduler_and_worker_give_signs_of_life_and_answer_every_probe(
    beat_and_worker: None,
) -> None:
    def heard() -> bool:
        ages = heartbeat.seconds_since_sign_of_life()
        return ages["beat"] is not None and ages["mailer"] is not None

    def all_sent() -> bool:
        sent = connections.connection()
        return all(sent.exists(f"probe-sent:{queue}") for queue in heartbeat.QUEUES)

    wait_until(heard, "signs of life of the scheduler and the worker")
    wait_until(all_sent, "a probe of every queue")
    wait_until(lambda: not any(heartbeat.seconds_of_waiting_work().values()), "answers")

    ages = heartbeat.seconds_since_sign_of_life()
    assert {name for name, age in ages.items() if age is not None} == {"beat", "mailer"}
