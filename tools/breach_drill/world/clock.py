"""Simulated time. Redis and the file system have clocks of their own and are moved along."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis
import time_machine

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
