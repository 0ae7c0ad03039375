"""A fuse for each vendor, one row shared by all workers: an open one only moves due times."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction

from sermo.core import clock
from verification.models import Breaker
from verification.pipeline.checks.subject import NotYet

FAILURES = 5
WINDOW = dt.timedelta(seconds=60)
PROBE = dt.timedelta(seconds=30)
# Refused credentials do not mend themselves; each probe costs a real question.
PROBE_MISCONFIGURED = dt.timedelta(minutes=10)
log = logging.getLogger(__name__)


def check(provider: str) -> None:
    """Let a call through, or raise `NotYet`. Of an open fuse, one caller at a time may probe."""
    row = Breaker.objects.filter(pk=provider, opened_at__isnull=False).first()
    if row is None or row.probe_at is None:
        return
    now = clock.now()
    pause = PROBE_MISCONFIGURED if row.is_misconfigured else PROBE
    probing = Breaker.objects.filter(pk=provider, probe_at=row.probe_at, probe_at__lte=now)
    if not probing.update(probe_at=now + pause):
        raise NotYet(max(row.probe_at, now + dt.timedelta(seconds=1)))


def succeeded(provider: str) -> None:
    Breaker.objects.filter(pk=provider, failures__gt=0).update(
        failures=0, first_failure_at=None, opened_at=None, probe_at=None, is_misconfigured=False
    )


@transaction.atomic(using="identity")
def failed(provider: str) -> None:
    """Count a failure; five within a minute open the fuse, and one opens it again."""
    now = clock.now()
    Breaker.objects.get_or_create(provider=provider)
    row = Breaker.objects.select_for_update().get(pk=provider)
    if row.first_failure_at is None or now - row.first_failure_at > WINDOW:
        row.failures, row.first_failure_at = 0, now
    row.failures += 1
    if row.failures >= FAILURES or row.opened_at is not None:
        row.opened_at = row.opened_at or now
        row.probe_at = now + PROBE
    row.save()


@transaction.atomic(using="identity")
def misconfigured(provider: str) -> None:
    """Open at once: whatever is asked next is refused as well."""
    now = clock.now()
    Breaker.objects.update_or_create(
        provider=provider,
        defaults={
            "failures": FAILURES,
            "opened_at": now,
            "probe_at": now + PROBE_MISCONFIGURED,
            "is_misconfigured": True,
        },
    )
    log.error("%s refuses our credentials or address: an operator must look", provider)
