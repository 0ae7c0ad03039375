"""Settings of a real worker that tests start: their databases, and vendors on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.settings import *  # noqa: F403


class MovableSeconds:
    """VENDOR_SECONDS with long limits, and one that a test can change.

    The file TESTS_ANSWER_SECONDS, read at each call, holds the seconds for a whole answer.
    """

    connect, read, whole = 120.0, 120.0, 240.0

    def __iter__(self) -> Iterator[float]:
        file = Path(os.environ["TESTS_ANSWER_SECONDS"])
        whole = float(file.read_text()) if file.exists() else self.whole
        return iter((self.connect, self.read, whole))


VENDOR_SECONDS = MovableSeconds()  # type: ignore[assignment]  # read as three numbers
