"""Progress for a person at a terminal, and plain lines elsewhere. No line has a name or a text."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO

# Seconds between two lines about one part, where nobody watches.
LINE_SECONDS = 30.0
_TERMINAL_SECONDS = 0.2
_WIDTH = 78


class Progress(Protocol):
    """Told what is being done and how far it is."""

    def begin(self, title: str) -> None: ...

    def advance(self, n_bytes: int) -> None: ...

    def end(self, summary: str) -> None: ...


class Silent:
    """Tells nobody."""

    def begin(self, title: str) -> None:
        return

    def advance(self, n_bytes: int) -> None:
        return

    def end(self, summary: str) -> None:
        return


class Lines:
    """One line that is rewritten on a terminal; otherwise a line for each part."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._title, self._n_bytes, self._shown_at = "", 0, 0.0

    def begin(self, title: str) -> None:
        self._title, self._n_bytes, self._shown_at = title, 0, time.monotonic()
        self._show("…")

    def advance(self, n_bytes: int) -> None:
        self._n_bytes += n_bytes
        pause = _TERMINAL_SECONDS if self._is_terminal else LINE_SECONDS
        if time.monotonic() - self._shown_at >= pause:
            self._shown_at = time.monotonic()
            self._show(f"{format_bytes(self._n_bytes)} …")

    def end(self, summary: str) -> None:
        self._show(summary)
        if self._is_terminal:
            self._stream.write("\n")

    def _show(self, state: str) -> None:
        line = f"{self._title}: {state}"
        self._stream.write(f"\r{line:<{_WIDTH}}" if self._is_terminal else f"{line}\n")
        self._stream.flush()


def format_bytes(n_bytes: int) -> str:
    """As people read it: 12.3 MB."""
    size, unit = float(n_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
