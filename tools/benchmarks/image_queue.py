"""Runs real workers on a queue of pictures, kills some of them, and counts lost and doubled files.

For `manage.py bench_image_queue`. The rows belong to no draft and are deleted at the end.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from cases.imaging import storage as image_storage
from cases.imaging import worker as cleaning
from cases.models import Image, ImageState
from sermo.core.jobs import enqueue
from sermo.core.storage import storage_for

_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-Q", "images", "-c", "1")
_POLL_SECONDS = 0.25
_SWEEP_SECONDS = 30.0
_LEASE_SECONDS_AFTER_KILL = 45.0
_DONE = (ImageState.READY, ImageState.REFUSED)
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Worker:
    """A Celery worker with one child, in a process group of its own."""

    number: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-q", "-A", "sermo.celery", "worker", *_WORKER]
        environment = os.environ | {
            "SERMO_PROCESS": "worker",
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
        }
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [*command, "-n", f"bench{self.number}-{uuid.uuid4().hex[:6]}@%h"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill(self, rng: random.Random) -> str:
        """Kill the worker and restart it, or only its child process; returns which was killed."""
        if self.process is None:
            return "nothing"
        child = _children(self.process.pid)
        if rng.random() < 0.5 and child:
            os.kill(child[0], signal.SIGKILL)
            return "its child"
        self.stop()
        self.start()
        return "the worker"

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def memory(self) -> dict[str, tuple[int, int]]:
        """Process id and memory (MB) of Celery's two processes and the warm image process."""
        if self.process is None:
            return {}
        processes = {"main": self.process.pid}
        for pid in _children(self.process.pid)[:1]:
            processes["task"] = pid
            warm = max(_children(pid), key=_resident, default=0)
            if _resident(warm) > _WARM_MB:
                processes["warm"] = warm
        return {name: (pid, _resident(pid)) for name, pid in processes.items()}


_WARM_MB = 120
"""A process that only decodes these small pictures needs less memory; one with models, more."""


def _children(pid: int) -> list[int]:
    """The child processes, oldest first; none if the process has ended."""
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE // 1_000_000
    except OSError:
        return 0


@dataclass
class Run:
    """One measurement."""

    uploads: list[bytes]
    seed: int
    kills: int
    folder: Path
    say: Callable[[str], None]
    workers: list[Worker] = field(default_factory=list)
    keys: list[uuid.UUID] = field(default_factory=list)
    _seen: dict[uuid.UUID, tuple[str, float]] = field(default_factory=dict)
    _took: dict[uuid.UUID, float] = field(default_factory=dict)
    _files_before: dict[str, set[str]] = field(default_factory=dict)
    _warm: set[int] = field(default_factory=set)
    _memory: dict[str, int] = field(default_factory=dict)
    _orphaned: dict[uuid.UUID, tuple[dt.datetime, float]] = field(default_factory=dict)

    def play(self, workers: int) -> dict[str, object]:
        """Fill the queue, let the workers empty it while some are killed, count the results.

        Deletes all rows and files at the end.
        """
        self._files_before = {where: _names(where) for where in ("quarantine", "images")}
        self._receive()
        for number in range(workers):
            self.workers.append(Worker(number, self.folder / f"worker-{number}.log"))
            self.workers[-1].start()
        started = time.monotonic()
        try:
            self._drain()
            return self._count(time.monotonic() - started)
        finally:
            for worker in self.workers:
                worker.stop()
            self._clear()

    def _receive(self) -> None:
        for upload in self.uploads:
            name, key = image_storage.write_encrypted(upload)
            row = Image.objects.create(
                original=name, original_key=key, received_at=timezone.now(), draft=None, case=None
            )
            self.keys.append(row.pk)
            enqueue("cases.process_image", str(row.pk))

    def _drain(self) -> None:
        rng = random.Random(self.seed)
        # Two steps for each picture: find patient details, then redact and render.
        total, done, swept = 2 * len(self.keys), 0, time.monotonic()
        points = sorted(rng.randrange(total * 9 // 10) for _ in range(self.kills))
        while done < total:
            time.sleep(_POLL_SECONDS)
            done = self._poll()
            while points and done >= points[0]:
                points.pop(0)
                worker = rng.choice(self.workers)
                self.say(
                    f"{done} of {total} steps: killing {worker.kill(rng)} of worker {worker.number}"
                )
                self._remember_leases()
            self._end_dead_leases()
            if time.monotonic() - swept > _SWEEP_SECONDS:
                swept = time.monotonic()
                cleaning.enqueue_due()

    def _poll(self) -> int:
        """Record changed states and accept suggestions; returns the number of finished steps."""
        now, done = time.monotonic(), 0
        for row in Image.objects.filter(pk__in=self.keys).only("state", "lease_until"):
            state = f"{row.state} {row.lease_until is not None}"
            before, since = self._seen.get(row.pk, ("", now))
            if before != state:
                if before.endswith("True"):
                    self._took[row.pk] = self._took.get(row.pk, 0.0) + now - since
                self._seen[row.pk] = (state, now)
            if row.state == ImageState.AWAITING_REVIEW:
                self._accept(row.pk)
            done += 2 * (row.state in _DONE) + (row.state == ImageState.CONFIRMED)
        for worker in self.workers:
            for name, (pid, megabytes) in worker.memory().items():
                self._memory[name] = max(self._memory.get(name, 0), megabytes)
                if name == "warm":
                    self._warm.add(pid)
        return done

    def _accept(self, key: uuid.UUID) -> None:
        row = Image.objects.get(pk=key)
        row.accepted_redactions, row.state, row.attempts = (
            row.suggested_redactions,
            ImageState.CONFIRMED,
            0,
        )
        row.save(update_fields=["accepted_redactions", "state", "attempts"])
        enqueue("cases.process_image", str(key))

    def _remember_leases(self) -> None:
        held = Image.objects.filter(pk__in=self.keys, lease_until__isnull=False)
        for key, lease in held.values_list("pk", "lease_until"):
            if lease is not None:
                self._orphaned[key] = (lease, time.monotonic())

    def _end_dead_leases(self) -> None:
        """End the leases of killed workers early, instead of waiting minutes for their end."""
        for key, (lease, since) in list(self._orphaned.items()):
            if time.monotonic() - since > _LEASE_SECONDS_AFTER_KILL:
                del self._orphaned[key]
                held = Image.objects.filter(pk=key, lease_until=lease)
                if held.update(lease_until=timezone.now()):
                    enqueue("cases.process_image", str(key))

    def _count(self, seconds: float) -> dict[str, object]:
        rows = list(Image.objects.filter(pk__in=self.keys))
        states = Counter(row.state for row in rows)
        owned = Counter(file for row in rows for file in image_storage.all_files(row))
        created = {
            (where, name)
            for where, before in self._files_before.items()
            for name in _names(where) - before
        }
        took = sorted(self._took.values())
        cuts = statistics.quantiles(took, n=20, method="inclusive") if len(took) > 1 else [0.0] * 19
        return {
            "states": dict(states),
            "lost": len(self.keys) - len(rows) + sum(row.state not in _DONE for row in rows),
            "missing files": sum(file not in created for file in owned),
            "doubled files": sum(times > 1 for times in owned.values()),
            "files of no row": len(created - owned.keys()),
            "seconds": round(seconds),
            "pictures a minute": round(len(rows) * 60 / seconds, 1),
            "p50 of work a picture, s": round(statistics.median(took), 1),
            "p95": round(cuts[-1], 1),
            "most MB": self._memory,
            "warm children started": len(self._warm),
        }

    def _clear(self) -> None:
        for row in Image.objects.filter(pk__in=self.keys):
            image_storage.delete_files(image_storage.all_files(row))
        Image.objects.filter(pk__in=self.keys).delete()
        for where, before in self._files_before.items():
            for name in _names(where) - before:
                storage_for(where).delete(name)


def _names(storage: str) -> set[str]:
    """The names of all files in a storage on this machine."""
    root = Path(storage_for(storage).path(""))
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
