"""Requests to vendors: each is recorded before it is sent and counted by the circuit breaker."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sermo.core import clock, keys
from verification.models import VendorCall
from verification.personal_data import applicant_details
from verification.pipeline import circuit_breaker
from verification.pipeline.checks.subject import CheckSubject
from verification.vendors.errors import (
    RequestRejectedError,
    TransientVendorError,
    UnknownResultError,
    VendorConfigurationError,
)

T = TypeVar("T")
Status = VendorCall.Status
# IDology counts repeated requests about one person over 12 hours.
VELOCITY_WINDOW = dt.timedelta(hours=12)


def new_call_key(subject: CheckSubject, service: str) -> str:
    """The key of a request: the application's nonce, the service and a number. It identifies no
    person.
    """
    count = VendorCall.objects.filter(step__application=subject.application).count()
    return f"{subject.application.nonce.hex()[:16]}-{service}-{count + 1}"


def call_vendor(
    subject: CheckSubject,
    provider: str,
    service: str,
    request: Mapping[str, Any],
    send_request: Callable[[str], T],
) -> T:
    """Send a request and return its answer. `send_request` is called with the key of the request.

    Raises `CircuitOpenError`, `TransientVendorError` and `VendorConfigurationError`.
    """
    circuit_breaker.require_call_allowed(provider)
    call = _record_request(subject, provider, service, request)
    try:
        answer = send_request(call.key)
    except UnknownResultError:
        _record_outcome(call, Status.UNKNOWN, "unknown")
        circuit_breaker.record_failure(provider)
        raise
    except RequestRejectedError:
        # The fault lies in this request alone, so the breaker, which all share, does not change.
        _record_outcome(call, Status.ANSWERED, "rejected")
        raise
    except VendorConfigurationError:
        _record_outcome(call, Status.ANSWERED, "refused")
        circuit_breaker.record_misconfiguration(provider)
        raise
    except TransientVendorError:
        _record_outcome(call, Status.UNKNOWN, "fault")
        circuit_breaker.record_failure(provider)
        raise
    call.body_ciphertext = _encrypted_body(subject, answer)
    _record_outcome(call, Status.ANSWERED, "answered")
    circuit_breaker.record_success(provider)
    return answer


def _record_request(
    subject: CheckSubject, provider: str, service: str, request: Mapping[str, Any]
) -> VendorCall:
    if subject.step is None:
        raise RuntimeError("only a leased step may ask a vendor")
    body = json.dumps(request, sort_keys=True, default=str).encode()
    return VendorCall.objects.create(
        step=subject.step,
        provider=provider,
        key=new_call_key(subject, service),
        request_digest=keys.keyed_digest(keys.KeyName.BLIND_INDEX, "verification.request", body),
        sent_at=clock.now(),
    )


def _record_outcome(call: VendorCall, status: str, outcome: str) -> None:
    call.status, call.outcome = status, outcome
    call.answered_at = clock.now() if status == Status.ANSWERED else None
    call.save(update_fields=["status", "outcome", "answered_at", "body_ciphertext"])


def _encrypted_body(subject: CheckSubject, answer: object) -> bytes | None:
    """The raw answer, encrypted with the applicant's data key; None if the adapter keeps none."""
    raw = getattr(answer, "raw", b"")
    key = subject.application.user.decrypt_data_key()
    return applicant_details.encrypt_json(key, {"body": _text(raw)}) if raw else None


def _text(raw: bytes | str) -> str:
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    return text[:30_000]


def count_recent_calls(subject: CheckSubject, provider: str, service: str) -> int:
    """Our own requests about this applicant in the last 12 hours."""
    return VendorCall.objects.filter(
        step__application__user_id=subject.application.user_id,
        provider=provider,
        key__contains=f"-{service}-",
        sent_at__gt=clock.now() - VELOCITY_WINDOW,
    ).count()


def count_unanswered_calls(subject: CheckSubject, provider: str) -> int:
    """Requests of this step without an answer; the vendor may have counted each."""
    return VendorCall.objects.filter(
        step=subject.step, provider=provider, status__in=[Status.SENT, Status.UNKNOWN]
    ).count()
