"""The start of PostgreSQL and Redis: repairs after a crash, and errors that say what to do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from sermo import local_stack
from sermo.local_stack import (
    postgres,
    redis_server,
)
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, project, read_pid


def _query(paths: LocalPaths, question: str, role: str, database: str) -> str:
    with psycopg.connect(host=str(paths.run), user=role, dbname=database) as connection:
        row = connection.execute(question.encode()).fetchone()
    return str(row[0]) if row else ""


def _pids(paths: LocalPaths) -> list[int]:
    """PostgreSQL, the broker and the cache."""
    files = (
        paths.data / "postmaster.pid",
        *(server.pid_file for server in local_stack.redis_servers(paths).values()),
    )
    pids = [pid for file in files if (pid := read_pid(file))]
    assert len(pids) == 3
    return pids


def _both_redis_are_up(paths: LocalPaths) -> bool:
    return all(map(redis_server.is_up, local_stack.redis_servers(paths).values()))


def test_each_role_enters_its_own_database_alone(paths: LocalPaths) -> None:
    for name in postgres.DATABASES:
        assert _query(paths, "SELECT current_user", name, name) == name

    for role, database in (
        ("sermo_community", "sermo_identity"),
        ("sermo_identity", "sermo_community"),
        ("sermo_community", "postgres"),
        ("sermo_identity", "template1"),
    ):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            _query(paths, "SELECT 1", role, database)


def test_roles_of_the_site_have_no_special_rights(paths: LocalPaths) -> None:
    rights = "bool_or(rolsuper OR rolcreatedb OR rolcreaterole)"
    question = f"SELECT {rights} FROM pg_roles WHERE rolname LIKE 'sermo%'"  # noqa: S608

    assert _query(paths, question, "sermo_community", "sermo_community") == "False"


def test_killed_servers_start_again_with_their_data(paths: LocalPaths) -> None:
    with psycopg.connect(
        host=str(paths.run), user="sermo_community", dbname="sermo_community"
    ) as connection:
        connection.execute("CREATE TABLE people AS SELECT 'osler' AS name")
    for pid in _pids(paths):
        os.kill(pid, signal.SIGKILL)

    local_stack.ensure_servers(paths.local)

    name = _query(paths, "SELECT name FROM people", "sermo_community", "sermo_community")
    assert name == "osler"
    assert _both_redis_are_up(paths)


def test_servers_whose_sockets_were_cleaned_away_are_reachable_again(paths: LocalPaths) -> None:
    (paths.run / ".s.PGSQL.5432").unlink()
    paths.redis_socket.unlink()
    paths.cache_socket.unlink()

    local_stack.ensure_servers(paths.local)

    assert postgres.is_up(paths)
    assert _both_redis_are_up(paths)


def test_lock_files_that_name_another_process_do_not_hinder_the_start(paths: LocalPaths) -> None:
    local_stack.stop(paths.local)
    (paths.data / "postmaster.pid").write_text(f"{os.getpid()}\n{paths.data}\n")
    for server in local_stack.redis_servers(paths).values():
        server.pid_file.write_text(f"{os.getpid()}\n")

    local_stack.ensure_servers(paths.local)

    assert os.getpid() not in _pids(paths)


def test_server_applies_every_shared_setting(paths: LocalPaths) -> None:
    lines = postgres.SHARED_SETTINGS.read_text().splitlines()
    wanted = {line.partition(" = ")[0] for line in lines if " = " in line and line[0] != "#"}

    applied = _query(
        paths,
        "SELECT string_agg(name, ' ') FROM pg_file_settings WHERE applied AND error IS NULL",
        postgres.SUPERUSER,
        "postgres",
    )

    assert wanted <= set(applied.split())
    assert len(wanted) > 20


def test_checkpoint_leaves_a_short_write_ahead_log(paths: LocalPaths) -> None:
    name = postgres.DATABASES[0]
    with psycopg.connect(
        host=str(paths.run), user=name, dbname=name, autocommit=True
    ) as connection:
        connection.execute("CREATE TABLE filler (body text)")
        connection.execute(
            "INSERT INTO filler SELECT repeat('x', 500) FROM generate_series(1, 40000)"
        )

    with psycopg.connect(
        host=str(paths.run), user=postgres.SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("CHECKPOINT")
        connection.execute("CHECKPOINT")

    segments = [*(paths.data / "pg_wal").glob("0*")]  # 20 MB were written
    assert len(segments) <= 2
    assert {segment.stat().st_size for segment in segments} == {1024 * 1024}


def test_damaged_redis_file_is_put_aside(paths: LocalPaths) -> None:
    local_stack.stop(paths.local)
    [log] = (paths.redis / "appendonlydir").glob("*.incr.aof")
    log.write_text("no such command\n")

    local_stack.ensure_servers(paths.local)

    assert _both_redis_are_up(paths)
    assert [*paths.redis.glob(f"damaged-*/appendonlydir/{log.name}")]


def test_cache_writes_nothing_to_disk(paths: LocalPaths) -> None:
    cache = redis_server.cache(paths)
    client: Any = redis.Redis.from_url(redis_server.address(cache))
    client.set("session", os.urandom(512))
    for command in ("SAVE", "BGSAVE", "BGREWRITEAOF", "SYNC"):
        with pytest.raises(redis.ResponseError, match="unknown command"):
            client.execute_command(command)

    redis_server.stop(cache)

    assert {path.name for path in cache.directory.iterdir()} <= {"redis.conf", "server.log"}
    local_stack.ensure_servers(paths.local)
    assert client.get("session") is None


def test_broker_keeps_its_queues_over_a_restart(paths: LocalPaths) -> None:
    broker = redis_server.broker(paths)
    client = redis.Redis.from_url(redis_server.address(broker))
    client.rpush("community", "a message")

    redis_server.stop(broker)
    local_stack.ensure_servers(paths.local)

    assert client.lrange("community", 0, -1) == [b"a message"]
    client.flushall()


def test_sessions_that_an_earlier_version_stored_on_disk_are_deleted(paths: LocalPaths) -> None:
    broker, cache = redis_server.broker(paths), redis_server.cache(paths)
    client = redis.Redis.from_url(redis_server.address(broker))
    client.set("s:of-an-earlier-version", "a session")
    local_stack.stop(paths.local)
    shutil.rmtree(cache.directory)

    local_stack.ensure_servers(paths.local)

    assert client.get("s:of-an-earlier-version") is None
    stored = (path for path in broker.directory.rglob("*") if path.is_file())
    assert not [path for path in stored if b"of-an-earlier-version" in path.read_bytes()]


def test_half_finished_cluster_is_made_again(paths: LocalPaths) -> None:
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
    assert _both_redis_are_up(paths)


def test_cluster_of_another_postgresql_version_is_not_changed(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)
    paths.data.mkdir(parents=True)
    (paths.data / "PG_VERSION").write_text("16\n")

    with pytest.raises(LocalStackError, match=r"PostgreSQL 16 .* runs 18: move it away"):
        postgres.start(paths, durable=True)


def test_error_names_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LocalStackError, match=r"cannot be written .* SERMO_LOCAL=DIR"):
        local_stack.ensure_servers(tmp_path / "file" / "local")


def test_long_path_gets_short_sockets(tmp_path: Path) -> None:
    deep = LocalPaths(tmp_path / ("d" * 100))

    assert len(str(deep.run)) < 80
    assert deep.run == LocalPaths(tmp_path / ("d" * 100)).run
    assert deep.run != LocalPaths(tmp_path / ("d" * 101)).run


def test_configured_addresses_are_not_replaced(
    paths: LocalPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    filled = local_stack.ensure_servers(paths.local)

    assert "REDIS_URL" not in filled
    assert filled["DATABASE_URL"].startswith("postgresql://sermo_community@/")
