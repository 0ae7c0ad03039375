"""The time of the last activity in a case, by which feeds are ordered."""

from __future__ import annotations

import datetime as dt

from cases.models import AskedSpecialty, CaseStats


def record_activity(stats: CaseStats, at: dt.datetime) -> None:
    """Move the case up in its feeds. `at` is as coarse as the time that the post shows.

    The caller holds the lock of the row. An earlier time changes nothing, because the coarse time
    of an anonymous post lies in the past.
    """
    if at <= stats.last_activity_at:
        return
    CaseStats.objects.filter(pk=stats.pk).update(last_activity_at=at)
    AskedSpecialty.objects.filter(case_id=stats.pk).update(last_activity_at=at)
