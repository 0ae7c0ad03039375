"""Log lines by allow-list: what went wrong and where in the code, never with which values."""

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
    """The message; of Celery's on a task only the name, for it holds the error's text."""
    if record.name == "celery.app.trace":
        said: dict[str, object] = getattr(record, "data", {})
        return f"task {said.get('name', '?')} {said.get('description', 'done')}"
    return record.getMessage()
