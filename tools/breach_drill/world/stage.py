"""What every act needs at hand: the workers, their log files, the mailbox of everybody."""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.policy
import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import redis
from django.conf import settings

from sermo.celery import SWEEPS
from sermo.celery import app as celery
from sermo.core.log_format import PlainFormatter
from tools.breach_drill.world.clock import Clock
from tools.breach_drill.world.people import Chance

PROCESS_OF_QUEUE = dict.fromkeys(("community", "images", "verification"), "worker")
PROCESS_OF_QUEUE |= {"sealed": "sealed", "mail": "mailer"}
NIGHTLY, MAX_ROUNDS = 86_400, 50
# A code is on a line of its own, or is the only sequence of eight digits.
_CODE = re.compile(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$|(?<!\d)(\d{8})(?!\d)", re.MULTILINE)


class LogFileHandler(logging.Handler):
    """A log file for each process, stamped as a container's runtime does. `process` logs now."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.process = folder, "web"
        folder.mkdir(parents=True, exist_ok=True)
        self.setFormatter(PlainFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        stamp = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        with (self.folder / f"{self.process}.log").open("a") as file:
            file.write(f"{stamp} {self.format(record)}\n")


def install_log_files(folder: Path) -> LogFileHandler:
    """Django's and Celery's loggers as `sermo.settings` has them, but into files."""
    handler = LogFileHandler(folder)
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    for name in ("django.request", "django.security", "celery.worker.strategy", "celery.beat"):
        logging.getLogger(name).setLevel("ERROR" if name.startswith("django") else "WARNING")
    return handler


class Mailbox:
    """The spool, read as people read it: by the address it went to, each email once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: set[Path] = set()
        self._last: dict[str, str] = {}

    def code(self, address: str) -> str:
        """The code in the last email to this address. Raises `LookupError`."""
        fresh = set(self.folder.glob("*.eml")) - self._read
        for path in sorted(fresh, key=lambda path: path.stat().st_mtime_ns):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            self._last[str(message["To"]).lower()] = body.get_content() if body else ""
        self._read |= fresh
        match = _CODE.search(self._last.get(address.lower(), ""))
        if match is None:
            raise LookupError("no code in the last mail to this address")
        return str(match.group(1) or match.group(2))


class Workers:
    """They take messages from the real broker and do them.

    One process stands for all of them, so that a moved clock is one clock.
    """

    def __init__(self, journal: LogFileHandler) -> None:
        self.journal = journal
        self.broker = redis.Redis.from_url(settings.REDIS_URL)
        celery.loader.import_default_modules()

    def drain(self) -> None:
        """Do what is queued, and what that queues, until nothing is."""
        for _ in range(MAX_ROUNDS):
            if not sum(self._drain(queue) for queue in PROCESS_OF_QUEUE):
                return

    def _drain(self, queue: str) -> int:
        done = 0
        while (raw := self.broker.rpop(queue)) is not None:
            message = json.loads(raw)  # type: ignore[arg-type]
            args, kwargs, _embedded = json.loads(base64.b64decode(message["body"]))
            task, key = celery.tasks[message["headers"]["task"]], message["headers"]["id"]
            self.journal.process = PROCESS_OF_QUEUE[queue]
            task.apply(args=args, kwargs=kwargs, task_id=key, throw=False)
            self.journal.process = "web"
            done += 1
        return done

    def sweep(self, *, most: int = NIGHTLY) -> None:
        """What beat would send: the sweeps that come at least every so many seconds."""
        self.run(name for name, seconds in SWEEPS.items() if seconds <= most)

    def run(self, names: Iterable[str]) -> None:
        """These sweeps, and what they queue."""
        for name in names:
            celery.send_task(name, retry=False)
        self.drain()


@dataclass
class PlayContext:
    clock: Clock
    workers: Workers
    mailbox: Mailbox
    chance: Chance
    # Of each case whose page somebody has seen: its poll, and the answers to choose from.
    polls: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
