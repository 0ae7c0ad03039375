"""Log lines without values: what went wrong and where in the code, but no text of exceptions."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path


class PlainFormatter(logging.Formatter):
    """Level, logger and message; an exception as type, file and line without its text."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname.lower()} {record.name}: {_message(record)}"
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-4:]))
            line = f"{line} [{record.exc_info[0].__name__} at {where}]"
        return line


def _message(record: logging.LogRecord) -> str:
    """The message. Celery's messages contain the text of the error, so only the name is taken."""
    if record.name == "celery.app.trace":
        data: dict[str, object] = getattr(record, "data", {})
        return f"task {data.get('name', '?')} {data.get('description', 'done')}"
    return " ".join(record.getMessage().splitlines())  # no value starts a line of its own
