"""Simulated time. What has a clock of its own, Redis and the file system, is moved along."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import time_machine

from sermo.core.redis import broker, connection

BEGIN = dt.datetime(2026, 3, 2, 5, 0, tzinfo=dt.UTC)
# Redis forgets by its own clock: its keys are aged in steps of this many simulated seconds.
AGEING_STEP = 300.0
HOURLY = 3600
_AGE = """
local by, aged = tonumber(ARGV[1]), 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then
    aged = aged + 1
    if left <= by then redis.call('DEL', key) else redis.call('PEXPIRE', key, left - by) end
  end
end
return aged
"""


class Clock:
    """The clock of a process: it moves by `move_to`, and by the real duration of the work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._traveller: Any = None
        self._coordinates: Any = None
        self._unaged = 0.0
        self._stamped: set[Path] = set()

    def __enter__(self) -> Clock:
        self._traveller = time_machine.travel(BEGIN, tick=True)
        self._coordinates = self._traveller.start()
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
            for server in (connection(), broker()):
                server.eval(_AGE, 0, str(int(self._unaged * 1000)))
            self._unaged = 0.0

    def stamp_files(self) -> None:
        """New files bear the simulated time, as a bucket would say it."""
        moment = self.now.timestamp()
        for path in self.folder.rglob("*"):
            if path not in self._stamped and path.is_file():
                os.utime(path, (moment, moment))
                self._stamped.add(path)
