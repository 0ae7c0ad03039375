"""Waiting for a condition, with a timeout long enough for a busy machine."""

from __future__ import annotations

import time
from collections.abc import Callable

MAX_WAIT_SECONDS = 120.0
POLL_SECONDS = 0.02


def wait_until(
    condition: Callable[[], object], what: str, poll_seconds: float = POLL_SECONDS
) -> None:
    """Return as soon as the condition holds. Raises AssertionError after MAX_WAIT_SECONDS."""
    end = time.monotonic() + MAX_WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {MAX_WAIT_SECONDS:.0f} s: {what}")
        time.sleep(poll_seconds)
