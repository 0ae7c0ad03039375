"""The workers: they take messages from the real broker, keep a copy for the drill, and do them.

One process stands for all of them, so that a moved clock is one clock.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable
from typing import Any

from sermo.celery import SWEEPS
from sermo.celery import app as celery
from sermo.core.redis import broker
from tools.breach_drill.world.log_files import LogFileHandler

QUEUES = ("community", "images", "verification", "sealed", "mail")
NIGHTLY = 86_400
MAX_ROUNDS = 50
Message = dict[str, Any]


def read_message(queue: str, raw: bytes) -> Message:
    """A message as it lay in the broker, beside what it says."""
    whole = json.loads(raw)
    body = whole["body"]
    if whole.get("properties", {}).get("body_encoding") == "base64":
        body = base64.b64decode(body).decode()
    return {
        "queue": queue,
        "raw": raw.decode(),
        "body": json.loads(body),
        "headers": whole.get("headers", {}),
    }


class Workers:
    def __init__(self, journal: LogFileHandler) -> None:
        self.journal = journal
        self.seen: list[Message] = []
        celery.loader.import_default_modules()

    def drain(self) -> None:
        """Do what is queued, and what that queues, until nothing is."""
        for _ in range(MAX_ROUNDS):
            if not sum(self._drain(queue) for queue in QUEUES):
                return

    def _drain(self, queue: str) -> int:
        done = 0
        while (raw := broker().rpop(queue)) is not None:
            message = read_message(queue, bytes(raw))  # type: ignore[arg-type]
            self.seen.append(message)
            self._do(queue, message)
            done += 1
        return done

    def _do(self, queue: str, message: Message) -> None:
        task = celery.tasks[message["headers"]["task"]]
        args, kwargs, _embedded = message["body"]
        process = {"mail": "mailer", "sealed": "sealed"}.get(queue, "worker")
        with self.journal.speaking(process):
            task.apply(args=args, kwargs=kwargs, task_id=message["headers"]["id"], throw=False)

    def peek(self) -> list[Message]:
        """The messages in the broker that have not been handled."""
        return [
            read_message(queue, bytes(raw))  # type: ignore[arg-type]
            for queue in QUEUES
            for raw in reversed(broker().lrange(queue, 0, -1))
        ]

    def sweep(self, *, most: int = NIGHTLY, but: Collection[str] = ()) -> None:
        """What beat would send: the sweeps that come at least every so many seconds."""
        self.run(name for name, seconds in SWEEPS.items() if seconds <= most and name not in but)

    def run(self, names: Iterable[str]) -> None:
        """These sweeps, and what they queue."""
        for name in names:
            celery.send_task(name, retry=False)
        self.drain()
