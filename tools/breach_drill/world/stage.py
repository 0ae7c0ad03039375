"""What every act needs at hand: a clock that is moved, the workers and their log files, the mail.

Redis and the file system have clocks of their own and are moved along.
"""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.policy
import json
import logging
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
import time_machine
from django.conf import settings

from sermo.celery import SWEEPS
from sermo.celery import app as celery
from sermo.core.log_format import PlainFormatter
from tools.breach_drill.world.people import Chance

BEGIN = dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC)
# Redis forgets by its own clock: its keys are aged in steps of this many simulated seconds.
AGEING_STEP = 300.0
# The moment, for whoever reads an append-only file: its lines bear no simulated time.
MARKER = "drill:clock"
_AGE = """
redis.call('SET', 'drill:ageing', 1)
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key) - tonumber(ARGV[1])
  if redis.call('PTTL', key) >= 0 then redis.call('PEXPIRE', key, math.max(left, 0)) end
end
redis.call('DEL', 'drill:ageing')
"""


class Clock:
    """The clock of a process: it moves by `move_to`, and by the real duration of the work.

    `log` gets a line for each move, machine's time and simulated time in seconds since 1970: by it
    a thief translates times that the machine wrote (the commit times of the write-ahead log).
    """

    def __init__(self, folder: Path, log: Path, servers: Sequence[str]) -> None:
        self._folder, self._log, self._unaged = folder, log, 0.0
        self._servers = [redis.Redis.from_url(url) for url in servers]
        self._traveller: Any = time_machine.travel(BEGIN, tick=True)
        self._stamped: set[Path] = set()

    def __enter__(self) -> Clock:
        self._coordinates = self._traveller.start()
        self._note()
        return self

    def __exit__(self, *_: object) -> None:
        self._traveller.stop()

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def move_to(self, moment: dt.datetime) -> None:
        """On to that moment; a moment already past changes nothing."""
        by = (moment - self.now).total_seconds()
        if by <= 0:
            return
        self._coordinates.shift(by)
        self._unaged += by
        if self._unaged >= AGEING_STEP:
            for server in self._servers:
                server.eval(_AGE, 0, str(int(self._unaged * 1000)))
            self._unaged = 0.0
        self._note()

    def _note(self) -> None:
        machine = time_machine.escape_hatch.time.time()
        with self._log.open("a", encoding="utf-8") as file:
            file.write(f"{machine:.6f} {self.now.timestamp():.6f}\n")
        for server in self._servers:
            server.set(MARKER, self.now.isoformat())

    def stamp_files(self) -> None:
        """New files bear the simulated time, as a bucket would say it."""
        fresh = {path for path in self._folder.rglob("*") if path.is_file()} - self._stamped
        for path in fresh:
            os.utime(path, (self.now.timestamp(), self.now.timestamp()))
        self._stamped |= fresh


PROCESS_OF_QUEUE = dict.fromkeys(("community", "images", "verification"), "worker")
PROCESS_OF_QUEUE |= {"sealed": "sealed", "mail": "mailer"}
NIGHTLY = 86_400
# A code is on a line of its own, or is the only sequence of eight digits.
_CODE = re.compile(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$|(?<!\d)(\d{8})(?!\d)", re.MULTILINE)


class LogFileHandler(logging.Handler):
    """A log file for each process, stamped as a container's runtime does. `process` logs now.

    The levels are those of `sermo.settings`.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.process = folder, "web"
        folder.mkdir(parents=True, exist_ok=True)
        self.setFormatter(PlainFormatter())
        logging.root.handlers = [self]
        logging.root.setLevel(logging.INFO)
        for name in ("django.request", "django.security", "celery.worker.strategy", "celery.beat"):
            logging.getLogger(name).setLevel("ERROR" if name.startswith("django") else "WARNING")

    def emit(self, record: logging.LogRecord) -> None:
        stamp = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        with (self.folder / f"{self.process}.log").open("a") as file:
            file.write(f"{stamp} {self.format(record)}\n")


class Mailbox:
    """The spool, read as people read it: by the address it went to, each email once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._read, self._last = folder, set[Path](), dict[str, str]()

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
        while sum(map(self._drain, PROCESS_OF_QUEUE)):
            pass

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
