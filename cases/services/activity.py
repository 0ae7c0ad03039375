"""A case moves up its lists, in the transaction that moved it."""

from __future__ import annotations

import datetime as dt

from cases.models import AskedSpecialty, CaseStats


def record_activity(stats: CaseStats, at: dt.datetime) -> None:
    """Something happened at this time, which is as coarse as the item itself tells.

    Needs the locked row. Never moves a case back: an anonymous item's hour lies in the past.
    """
    if at <= stats.last_activity_at:
        return
    CaseStats.objects.filter(pk=stats.pk).update(last_activity_at=at)
    AskedSpecialty.objects.filter(case_id=stats.pk).update(last_activity_at=at)
