"""`make run`: starts all processes of the site on one machine and supervises them until Ctrl-C."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
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
    print_line,
    record_children,
)
from sermo.local_stack.errors import LocalStackError
from sermo.local_stack.paths import LocalPaths, locked, project, read_pid
from sermo.local_stack.preflight import check_preconditions, has_ipv6, requested_port

READY_SECONDS = 120
GRACE_SECONDS = 30.0
CHECK_SECONDS = 0.5
ROUNDS_PER_SERVER_CHECK = 10


def main() -> None:
    """Start everything, print the address, supervise the processes, end them.

    Exits with a message if the site cannot start.
    """
    begun = time.monotonic()
    ending, stop_now = _install_signal_handlers()
    paths = LocalPaths(local_stack.default_local())
    try:
        port = requested_port()
        paths.make()
        with _single_instance(paths):
            _run(paths, port, begun, ending, stop_now)
    except LocalStackError as error:
        sys.exit(f"\n{error}")


def _run(
    paths: LocalPaths, port: int, begun: float, ending: threading.Event, stop_now: threading.Event
) -> None:
    check_preconditions(paths, port)
    children: list[ChildProcess] = []
    try:
        _start_servers(paths, port)
        if not ending.is_set():
            _prepare(paths, ending)
        if not ending.is_set():
            children = _children(paths, port)
            web, *others = children
            web.start()
            record_children(paths, *(child.process for child in children))
            _wait_until_ready(web, port, ending)
            # The web server comes first; messages wait in their queues for the others.
            for child in others if not ending.is_set() else ():
                child.start()
            record_children(paths, *(child.process for child in children))
        if not ending.is_set():
            _announce(paths, begun)
        _supervise(paths, children, ending)
    finally:
        print_line("ending: current work is finished first; press Ctrl-C again to end now")
        end_all(children, grace=GRACE_SECONDS, stop_now=stop_now)
        (paths.local / "children.json").unlink(missing_ok=True)
        stopped = local_stack.stop(paths.local)
        print_line(
            f"ended{': ' + ', '.join(stopped) + ' too' if stopped else ''}; all data is kept"
        )


def _install_signal_handlers() -> tuple[threading.Event, threading.Event]:
    """Two events: the first Ctrl-C (or TERM, HUP) sets one, the second sets the other."""
    ending, stop_now = threading.Event(), threading.Event()

    def on_signal(_number: int, _frame: object) -> None:
        (stop_now if ending.is_set() else ending).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    return ending, stop_now


@contextmanager
def _single_instance(paths: LocalPaths) -> Iterator[None]:
    """The lock of the only supervisor of this `.local`. It ends with its process.

    Raises `LocalStackError` if another supervisor holds it.
    """
    with (paths.local / "supervisor").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = read_pid(paths.local / "supervisor")
            raise LocalStackError(
                f"The site is already running from {paths.local} (process {pid}). End it with "
                "Ctrl-C there or with `make stop`, or start this one in another directory: "
                "`make run PORT=8123 SERMO_LOCAL=DIR`."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _start_servers(paths: LocalPaths, port: int) -> None:
    """PostgreSQL, Redis and the demo keys, into the environment of everything below."""
    if not (paths.data / "PG_VERSION").exists():
        print_line(f"first start: making databases in {paths.local}")
    os.environ["SERMO_LOCAL"] = str(paths.local)
    os.environ.setdefault("SERMO_BASE_URL", f"http://localhost:{port}")
    os.environ.update(local_stack.ensure_servers(paths.local))
    print_line("PostgreSQL and Redis are up")


def _prepare(paths: LocalPaths, ending: threading.Event) -> None:
    """Run `sermo.local_stack.prepare` in a process of its own.

    Raises `LocalStackError` if it fails.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "sermo.local_stack.prepare"],
        cwd=project(),
        env=os.environ | {"SERMO_PROCESS": "manage"},
        start_new_session=True,
    )
    record_children(paths, process)
    while process.poll() is None:
        if ending.is_set():
            process.terminate()
        time.sleep(0.05)
    if process.returncode and not ending.is_set():
        raise LocalStackError(
            "The databases could not be prepared; the reason is shown above. No data is lost: "
            "run `make run` again."
        )


def _children(paths: LocalPaths, port: int) -> list[ChildProcess]:
    celery = [sys.executable, "-m", "celery", "-q", "-A", "sermo.celery"]
    worker = [*celery, "worker", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    schedule = paths.local / "beat"
    schedule.mkdir(exist_ok=True)
    cores = str(min(4, os.cpu_count() or 2))
    binds = f"127.0.0.1:{port}" + (f",[::1]:{port}" if has_ipv6(port) else "")
    commands = {
        "web": [
            *(sys.executable, "-m", "gunicorn", "-c", "python:sermo.gunicorn"),
            "sermo.wsgi:application",
        ],
        "worker": [
            *(*worker, "-Q", "images,verification,community", "-c", cores, "-n", "worker@%h"),
        ],
        "sealed": [*worker, "-Q", "sealed", "-c", "2", "-n", "sealed@%h"],
        "mailer": [*worker, "-Q", "mail", "-c", "1", "-n", "mailer@%h"],
        "beat": [*celery, "beat", "-s", str(schedule / "schedule"), "--pidfile="],
    }
    return [
        ChildProcess(
            name=name,
            command=command,
            environment=os.environ
            | {"SERMO_PROCESS": name, "SERMO_BIND": binds, "PYTHONUNBUFFERED": "1"}
            # Celery warns at every start if it runs as root; here that is the developer's choice.
            | {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}
            | demo_keys.private(paths, name),
            log=paths.log / f"{name}.log",
            # On QUIT, Celery's workers return unfinished messages to the queue.
            fast_stop_signal=signal.SIGQUIT,
        )
        for name, command in commands.items()
    ]


def _wait_until_ready(web: ChildProcess, port: int, ending: threading.Event) -> None:
    until = time.monotonic() + READY_SECONDS
    while not ending.is_set() and _health_status(port) != http.client.OK:
        if time.monotonic() > until or (not web.is_alive() and web.starts > 2):
            raise LocalStackError(
                f"The site did not become ready; its output is above and in {web.log}. "
                "No data is lost: run `make run` again."
            )
        web.restart_if_dead()
        ending.wait(0.1)


def _health_status(port: int) -> int:
    """The HTTP status of /healthz, or 0 if the server does not answer yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        host = urlsplit(os.environ["SERMO_BASE_URL"]).netloc
        connection.request("GET", "/healthz", headers={"Host": host, "Connection": "close"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _announce(paths: LocalPaths, begun: float) -> None:
    signins = paths.local / "demo-signins.txt"
    if signins.exists() and os.environ.get("SERMO_ENV") == "demo":
        for line in signins.read_text(encoding="utf-8").splitlines():
            print_line(line, source="demo")
    print_line(f"ready in {time.monotonic() - begun:.1f} s", source="ready")
    print_line(f"{os.environ['SERMO_BASE_URL']}   (Ctrl-C ends all processes)", source="ready")


def _supervise(paths: LocalPaths, children: list[ChildProcess], ending: threading.Event) -> None:
    """Restart processes and servers that ended, until `ending` is set."""
    rounds = 0
    while not ending.wait(CHECK_SECONDS):
        rounds += 1
        before = [child.starts for child in children]
        for child in children:
            child.restart_if_dead()
        if before != [child.starts for child in children]:
            record_children(paths, *(child.process for child in children))
        if rounds % ROUNDS_PER_SERVER_CHECK == 0:
            _check_servers(paths)


def _check_servers(paths: LocalPaths) -> None:
    uses_postgres = os.environ["DATABASE_URL"] == postgres.address(paths, postgres.DATABASES[0])
    with _printed_errors(), locked(paths):
        if uses_postgres and not postgres.is_up(paths):
            print_line("PostgreSQL does not answer; starting it again")
            postgres.start(paths, durable=True)
        for variable, server in local_stack.redis_servers(paths).items():
            is_used = os.environ[variable] == redis_server.address(server)
            if is_used and not redis_server.is_up(server):
                print_line(f"{server.title} does not answer; starting it again")
                redis_server.start(server, durable=True)


@contextmanager
def _printed_errors() -> Iterator[None]:
    """Print a `LocalStackError` and go on: the next check tries again."""
    try:
        yield
    except LocalStackError as error:
        print_line(str(error))


if __name__ == "__main__":
    main()
