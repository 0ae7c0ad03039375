"""The lines each process writes, stamped as a container's runtime stamps them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sermo.core.log_format import PlainFormatter


class LogFileHandler(logging.Handler):
    """A log file for each process; `speaking` sets the process that logs now."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.process = "web"
        folder.mkdir(parents=True, exist_ok=True)

    def emit(self, record: logging.LogRecord) -> None:
        stamp = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        with (self.folder / f"{self.process}.log").open("a") as file:
            file.write(f"{stamp} {self.format(record)}\n")

    @contextmanager
    def speaking(self, process: str) -> Iterator[None]:
        before, self.process = self.process, process
        try:
            yield
        finally:
            self.process = before


def install(folder: Path) -> LogFileHandler:
    """Django's and Celery's loggers as `sermo.settings` has them, but into files."""
    journal = LogFileHandler(folder)
    journal.setFormatter(PlainFormatter())
    root = logging.getLogger()
    root.handlers = [journal]
    root.setLevel(logging.INFO)
    for name, level in {
        "django.request": "ERROR",
        "django.security": "ERROR",
        "celery.worker.strategy": "WARNING",
        "celery.beat": "WARNING",
    }.items():
        logging.getLogger(name).setLevel(level)
    return journal
