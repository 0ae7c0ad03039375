"""The site that is to suffer: `make run` with a directory, a port and disks of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import redis

from sermo.local_stack import postgres, redis_server
from sermo.local_stack.paths import LocalPaths, is_process, project, read_pid

READY_SECONDS = 400
# What marks a child of the supervisor in its command line.
CHILDREN = {
    "web": "gunicorn",
    "worker": "images,verification",
    "sealed": "-Q sealed",
    "mailer": "-Q mail",
    "beat": " beat ",
}
# Folders that are small disks of their own where this is allowed: megabytes.
DISKS = {"postgres": 700, "redis": 24, "files": 48}
MIN_FREE_MB = 8


class SiteFailed(Exception):
    """The site did not start or did not end."""


class Site:
    """A site below `local`. Nothing else on this machine is touched."""

    def __init__(self, local: Path, port: int) -> None:
        self.paths = LocalPaths(local.absolute())
        self.port = port
        self.clock = self.paths.local / "clock.json"
        self.disks: list[Path] = []
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """Variables of every process of the site; no address of another site is inherited."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SERMO_", "DJANGO_", "PYTEST_"))
            and name not in {"DATABASE_URL", "IDENTITY_DATABASE_URL", "REDIS_URL", "CACHE_URL"}
        }
        skewed_clock = Path(__file__).with_name("skewed_clock")
        return inherited | {
            "SERMO_LOCAL": str(self.paths.local),
            "PORT": str(self.port),
            "SERMO_ENV": "test",
            # What is written can be looked for at once, also answers and what is anonymous.
            "SERMO_ANONYMOUS_MARK_MINUTES": "0",
            "SERMO_ANONYMOUS_URGENT_MARK_MINUTES": "0",
            "SERMO_MIN_FREE_MB": str(MIN_FREE_MB),
            "SERMO_CHAOS_CLOCK": str(self.clock),
            "PYTHONPATH": f"{skewed_clock}:{project()}",
        }

    def start(self) -> None:
        """Start the supervisor, and return when the whole site is ready.

        Raises `SiteFailed` if it does not become ready.
        """
        self.paths.local.mkdir(parents=True)
        self._mount_disks()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sermo.local_stack.run"],
                cwd=project(),
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait(lambda: self.readiness()[0] == 200, "ready", READY_SECONDS)

    @property
    def log(self) -> Path:
        return self.paths.local / "site.log"

    def _mount_disks(self) -> None:
        """Give each folder of `DISKS` a disk in memory; without the right to, none has one."""
        for name, megabytes in DISKS.items():
            folder = self.paths.local / name
            folder.mkdir(mode=0o700)
            mount = [
                "mount",
                "-t",
                "tmpfs",
                "-o",
                f"size={megabytes}m,mode=700",
                "tmpfs",
                str(folder),
            ]
            if os.getuid() == 0 and not subprocess.run(mount, capture_output=True).returncode:
                self.disks.append(folder)

    def manage(self, *command: str) -> str:
        """Run a management command on the site's databases; returns its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=project(),
            env=self.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def stop(self) -> None:
        """End the supervisor and what it started, by their numbers; remove the directory."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(120)
        from sermo import local_stack
        from sermo.local_stack.child_processes import end_orphans

        end_orphans(self.paths)
        local_stack.stop(self.paths.local)
        for folder in self.disks:
            subprocess.run(["umount", "-l", folder], capture_output=True, check=False)
        shutil.rmtree(self.paths.local, ignore_errors=True)

    def wait(self, condition: Callable[[], object], what: str, seconds: float) -> float:
        """Wait for the condition; returns the seconds. Raises `SiteFailed` after `seconds`."""
        begun = time.monotonic()
        while not condition():
            ended = self._process is not None and self._process.poll() is not None
            if ended or time.monotonic() - begun > seconds:
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-25:])
                raise SiteFailed(f"not {what} after {seconds:.0f} s; {self.readiness()}\n{tail}")
            time.sleep(0.1)
        return time.monotonic() - begun

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; (0, "") if there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def readiness(self) -> tuple[int, dict[str, Any]]:
        """Status of /readyz, and its parts."""
        status, body = self.get("/readyz")
        try:
            return status, json.loads(body)
        except ValueError:
            return status, {}

    def child(self, name: str) -> int | None:
        """The process id of a child of the supervisor; it leads its group."""
        try:
            recorded = json.loads((self.paths.local / "children.json").read_text())
        except (OSError, ValueError):
            return None
        for pid, command in recorded:
            if CHILDREN[name] in f"{command} " and is_process(int(pid)):
                return int(pid)
        return None

    def server(self, name: str) -> int | None:
        """The process id of `postgres`, `broker` or `cache`."""
        if name == "postgres":
            return read_pid(self.paths.data / "postmaster.pid")
        return read_pid(self.redis_server(name).pid_file)

    def redis_server(self, name: str) -> redis_server.RedisServer:
        return (
            redis_server.broker(self.paths) if name == "broker" else redis_server.cache(self.paths)
        )

    def redis(self, name: str) -> Any:
        return redis.Redis.from_url(
            redis_server.address(self.redis_server(name)),
            socket_timeout=5,
            socket_connect_timeout=5,
        )

    def silent_seconds(self, process: str) -> float:
        """Since the last sign of life; infinite if there was none or Redis does not answer."""
        try:
            left = self.redis("cache").pttl(f"alive:{process}")
        except redis.RedisError:
            return float("inf")
        return float("inf") if left < 0 else 86_400 - left / 1000

    @contextlib.contextmanager
    def database(self, name: str = "sermo_community") -> Iterator[psycopg.Connection[Any]]:
        """A connection as superuser, for the checks."""
        with psycopg.connect(
            host=str(self.paths.run), user=postgres.SUPERUSER, dbname=name, connect_timeout=5
        ) as connection:
            yield connection
