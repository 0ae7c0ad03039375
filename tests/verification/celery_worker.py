"""A real Celery worker process on the tests' databases and broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from tests.waiting import MAX_WAIT_SECONDS

ADDRESSES = {"default": "DATABASE_URL", "identity": "IDENTITY_DATABASE_URL"}


@dataclass
class CeleryWorker:
    process: subprocess.Popen[bytes]
    log: Path
    answer_seconds: Path

    def limit_answers(self, seconds: float) -> None:
        """From its next call on, the worker gives up an answer that is not whole by then."""
        self.answer_seconds.write_text(str(seconds))

    def children(self) -> list[int]:
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in pids.split()]

    def kill_child(self) -> None:
        """Kill the child with SIGKILL, as the kernel does without memory."""
        for pid in self.children():
            os.kill(pid, signal.SIGKILL)


def on_test_databases() -> dict[str, str]:
    """The variables that name the databases of this test process, for another process."""
    addresses = {}
    for alias, name in ADDRESSES.items():
        database = str(connections[alias].settings_dict["NAME"])
        addresses[name] = urlsplit(os.environ[name])._replace(path=f"/{database}").geturl()
    return addresses


@contextmanager
def running_worker(folder: Path, environment: Mapping[str, str]) -> Iterator[CeleryWorker]:
    """A worker with one child for the verification queue."""
    log, answer_seconds = folder / "worker.log", folder / "answer-seconds"
    environment_variables = {
        **os.environ,
        **on_test_databases(),
        **environment,
        "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
        "TESTS_ANSWER_SECONDS": str(answer_seconds),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    command = [sys.executable, "-m", "celery", "-A", "sermo.celery", "worker", "-l", "DEBUG"]
    options = ["-Q", "verification", "-c", "1", "-P", "prefork"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, *options, *quiet],
            cwd=settings.BASE_DIR,
            env=environment_variables,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield CeleryWorker(process, log, answer_seconds)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(MAX_WAIT_SECONDS)
