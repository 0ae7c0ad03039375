"""A circuit breaker for each vendor, stored in one row that all workers share.

While a breaker is open, no request is sent and the step is scheduled for later.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction

from sermo.core import clock
from verification.models import CircuitBreaker
from verification.vendors.errors import CircuitOpenError

FAILURE_THRESHOLD = 5
FAILURE_WINDOW = dt.timedelta(seconds=60)
PROBE_INTERVAL = dt.timedelta(seconds=30)
# Refused credentials need an operator, and each probe is a real request, so probes are rarer.
MISCONFIGURED_PROBE_INTERVAL = dt.timedelta(minutes=10)
log = logging.getLogger(__name__)


def require_call_allowed(provider: str) -> None:
    """Return if a request may be sent. Of an open breaker, one caller per interval may probe.

    Raises `CircuitOpenError` with the time of the next probe if the breaker is open.
    """
    row = CircuitBreaker.objects.filter(pk=provider, opened_at__isnull=False).first()
    if row is None or row.probe_at is None:
        return
    now = clock.now()
    pause = MISCONFIGURED_PROBE_INTERVAL if row.is_misconfigured else PROBE_INTERVAL
    probing = CircuitBreaker.objects.filter(pk=provider, probe_at=row.probe_at, probe_at__lte=now)
    if not probing.update(probe_at=now + pause):
        raise CircuitOpenError(max(row.probe_at, now + dt.timedelta(seconds=1)))


def record_success(provider: str) -> None:
    """Close the breaker."""
    CircuitBreaker.objects.filter(pk=provider, failures__gt=0).update(
        failures=0, first_failure_at=None, opened_at=None, probe_at=None, is_misconfigured=False
    )


@transaction.atomic(using="identity")
def record_failure(provider: str) -> None:
    """Count a failure. Five within 60 seconds open the breaker; one keeps an open breaker open."""
    now = clock.now()
    CircuitBreaker.objects.get_or_create(provider=provider)
    row = CircuitBreaker.objects.select_for_update().get(pk=provider)
    if row.first_failure_at is None or now - row.first_failure_at > FAILURE_WINDOW:
        row.failures, row.first_failure_at = 0, now
    row.failures += 1
    if row.failures >= FAILURE_THRESHOLD or row.opened_at is not None:
        row.opened_at = row.opened_at or now
        row.probe_at = now + PROBE_INTERVAL
    row.save()


@transaction.atomic(using="identity")
def record_misconfiguration(provider: str) -> None:
    """Open the breaker at once: the vendor would refuse every further request too."""
    now = clock.now()
    CircuitBreaker.objects.update_or_create(
        provider=provider,
        defaults={
            "failures": FAILURE_THRESHOLD,
            "opened_at": now,
            "probe_at": now + MISCONFIGURED_PROBE_INTERVAL,
            "is_misconfigured": True,
        },
    )
    log.error("%s refuses our credentials or address: an operator must look", provider)
