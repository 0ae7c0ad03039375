"""`make run`: the whole site on one machine, under one supervisor, until Ctrl-C."""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from sermo import local_stack
from sermo.local_stack import demo_keys, postgres, redis_server
from sermo.local_stack.child_processes import (
    ChildProcess,
    end_all,
    end_orphans,
    print_line,
    remember,
)
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, locked, project, read_pid

MIN_FREE_DISK_BYTES = 500 * 1024 * 1024
READY_SECONDS = 120
GRACE_SECONDS = 30.0
LOOK_SECONDS = 0.5
LOOK_AT_SERVERS_EVERY = 10


def main() -> None:
    """Start everything, say where it is, look after it, end it."""
    begun = time.monotonic()
    ending, hurried = _install_signal_handlers()
    paths = LocalPaths(local_stack.default_local())
    try:
        port = _port()
        paths.make()
        with _single_instance(paths):
            _run(paths, port, begun, ending, hurried)
    except LocalStackError as error:
        sys.exit(f"\n{error}")


def _run(
    paths: LocalPaths, port: int, begun: float, ending: threading.Event, hurried: threading.Event
) -> None:
    _preflight(paths, port)
    children: list[ChildProcess] = []
    try:
        _start_servers(paths, port)
        if not ending.is_set():
            _prepare(paths, ending)
        if not ending.is_set():
            children = _children(paths, port)
            web, *others = children
            web.start()
            remember(paths, *(child.process for child in children))
            _wait_until_ready(web, port, ending)
            # The pages come first; what was sent to a queue meanwhile waits there.
            for child in others if not ending.is_set() else ():
                child.start()
            remember(paths, *(child.process for child in children))
        if not ending.is_set():
            _announce(paths, begun)
        _supervise(paths, children, ending)
    finally:
        print_line("ending: work in hand is finished first; Ctrl-C again to hurry")
        end_all(children, grace=GRACE_SECONDS, hurried=hurried)
        (paths.local / "children.json").unlink(missing_ok=True)
        stopped = local_stack.stop(paths.local)
        print_line(
            f"ended{': ' + ', '.join(stopped) + ' too' if stopped else ''}; all data is kept"
        )


def _install_signal_handlers() -> tuple[threading.Event, threading.Event]:
    """Set by the first and by the second Ctrl-C (or TERM)."""
    ending, hurried = threading.Event(), threading.Event()

    def on_signal(_number: int, _frame: object) -> None:
        (hurried if ending.is_set() else ending).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    return ending, hurried


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not (given.isdigit() and 1 <= int(given) <= 65535):
        raise LocalStackError("PORT must be a number from 1 to 65535, as in `make run PORT=8123`.")
    return int(given)


@contextmanager
def _single_instance(paths: LocalPaths) -> Iterator[None]:
    """One supervisor for each `.local`. The lock ends with its process, so it is never stale."""
    with (paths.local / "supervisor").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = read_pid(paths.local / "supervisor")
            raise LocalStackError(
                f"The site is already running from {paths.local} (process {pid}). End it with "
                "Ctrl-C there or with `make stop`, or give this one another place: "
                "`make run PORT=8123 SERMO_LOCAL=DIR`."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _preflight(paths: LocalPaths, port: int) -> None:
    """What would fail later, said now."""
    count = end_orphans(paths)
    if count:
        print_line(f"ended {count} processes that an earlier run left behind")
    if sys.version_info < (3, 11):  # noqa: UP036  # `python -m` may be any Python
        raise LocalStackError("Python 3.11 or later is needed: `make run PYTHON=python3.12`.")
    if shutil.disk_usage(paths.local).free < MIN_FREE_DISK_BYTES:
        raise LocalStackError(
            f"Less than 500 MB are free at {paths.local}; choose SERMO_LOCAL=DIR."
        )
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise LocalStackError(
                f"Port {port} needs root here: take a higher one, `make run PORT=8123`."
            ) from None
        except OSError:
            raise LocalStackError(
                f"Port {port} is in use by another program: take another, "
                f"`make run PORT={port + 1 if port < 65535 else 8123}`."
            ) from None


def _start_servers(paths: LocalPaths, port: int) -> None:
    """PostgreSQL, Redis and the demo keys, into the environment of everything below."""
    if not (paths.data / "PG_VERSION").exists():
        print_line(f"first start: making databases in {paths.local}")
    os.environ["SERMO_LOCAL"] = str(paths.local)
    os.environ.setdefault("SERMO_BASE_URL", f"http://localhost:{port}")
    os.environ.update(local_stack.ensure_servers(paths.local))
    print_line("PostgreSQL and Redis are up")


def _prepare(paths: LocalPaths, ending: threading.Event) -> None:
    """Migrations, vocabulary, demo content, static files: in a process that ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sermo.local_stack.prepare"],
        cwd=project(),
        env=os.environ | {"SERMO_PROCESS": "manage"},
        start_new_session=True,
    )
    remember(paths, process)
    while process.poll() is None:
        if ending.is_set():
            process.terminate()
        time.sleep(0.05)
    if process.returncode and not ending.is_set():
        raise LocalStackError(
            "The databases could not be prepared; the reason stands above. Nothing is lost: "
            "`make run` takes it up again."
        )


def _children(paths: LocalPaths, port: int) -> list[ChildProcess]:
    celery = [sys.executable, "-m", "celery", "-q", "-A", "sermo.celery"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    schedule = paths.local / "beat"
    schedule.mkdir(exist_ok=True)
    cores = str(min(4, os.cpu_count() or 2))
    binds = f"127.0.0.1:{port}" + (f",[::1]:{port}" if _has_ipv6(port) else "")
    commands = {
        "web": [
            *(sys.executable, "-m", "gunicorn", "-c", "python:sermo.gunicorn"),
            "sermo.wsgi:application",
        ],
        "worker": [
            *(*worker, "-Q", "images,verification,community", "-c", cores, "-n", "worker@%h"),
        ],
        "sealed": [*worker, "-Q", "sealed", "-c", "1", "-n", "sealed@%h"],
        "mailer": [*worker, "-Q", "mail", "-c", "1", "-n", "mailer@%h"],
        "beat": [*celery, "beat", "-s", str(schedule / "schedule"), "--pidfile="],
    }
    return [
        ChildProcess(
            name=name,
            command=command,
            environment=os.environ
            | {"SERMO_PROCESS": name, "SERMO_BIND": binds, "PYTHONUNBUFFERED": "1"}
            # Celery warns of root at every start; on one's own machine that is one's own choice.
            | {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
            | demo_keys.private(paths, name),
            log=paths.log / f"{name}.log",
            # Celery's workers give unfinished messages back on QUIT.
            hurry=signal.SIGQUIT,
        )
        for name, command in commands.items()
    ]


def _has_ipv6(port: int) -> bool:
    """Browsers may take `localhost` for ::1."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("::1", port))
    except OSError:
        return False
    return True


def _wait_until_ready(web: ChildProcess, port: int, ending: threading.Event) -> None:
    until = time.monotonic() + READY_SECONDS
    while not ending.is_set() and _readiness_status(port) != http.client.OK:
        if time.monotonic() > until or (not web.is_alive() and web.starts > 2):
            raise LocalStackError(
                f"The site does not become ready; what it said stands above and in {web.log}. "
                "`make run` tries again, with all data kept."
            )
        web.restart_if_dead()
        ending.wait(0.1)


def _readiness_status(port: int) -> int:
    """The status of /readyz, or 0 when nobody answers yet."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        host = urlsplit(os.environ["SERMO_BASE_URL"]).netloc
        asked.request("GET", "/readyz", headers={"Host": host, "Connection": "close"})
        return asked.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        asked.close()


def _announce(paths: LocalPaths, begun: float) -> None:
    signins = paths.local / "demo-signins.txt"
    if signins.exists() and os.environ.get("SERMO_ENV") == "demo":
        for line in signins.read_text(encoding="utf-8").splitlines():
            print_line(line, who="demo")
    print_line(f"ready in {time.monotonic() - begun:.1f} s", who="ready")
    print_line(f"{os.environ['SERMO_BASE_URL']}   (Ctrl-C ends all of it)", who="ready")


def _supervise(paths: LocalPaths, children: list[ChildProcess], ending: threading.Event) -> None:
    """Until the end is asked for: what died starts again."""
    rounds = 0
    while not ending.wait(LOOK_SECONDS):
        rounds += 1
        before = [child.starts for child in children]
        for child in children:
            child.restart_if_dead()
        if before != [child.starts for child in children]:
            remember(paths, *(child.process for child in children))
        if rounds % LOOK_AT_SERVERS_EVERY == 0:
            _check_servers(paths)


def _check_servers(paths: LocalPaths) -> None:
    ours = os.environ["DATABASE_URL"] == postgres.address(paths, postgres.DATABASES[0])
    redis = os.environ["REDIS_URL"] == redis_server.address(paths)
    with _printed_errors(), locked(paths):
        if ours and not postgres.is_up(paths):
            print_line("PostgreSQL does not answer; starting it again")
            postgres.start(paths, durable=True)
        if redis and not redis_server.is_up(paths):
            print_line("Redis does not answer; starting it again")
            redis_server.start(paths, durable=True)


@contextmanager
def _printed_errors() -> Iterator[None]:
    """The next look tries again."""
    try:
        yield
    except LocalStackError as error:
        print_line(str(error))


if __name__ == "__main__":
    main()
