"""What time it is for the pipeline: retries, leases and expiries are reached by moving it.

Only `replay_signups` moves it, in a process of its own.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

_ahead = dt.timedelta(0)


def now() -> dt.datetime:
    return timezone.now() + _ahead


def today() -> dt.date:
    return now().date()


def advance(by: dt.timedelta) -> None:
    """Move the clock of this process on; a replay never sleeps."""
    global _ahead
    _ahead += by


def reset() -> None:
    global _ahead
    _ahead = dt.timedelta(0)
