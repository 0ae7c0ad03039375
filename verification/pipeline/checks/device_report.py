"""The device check. Its result passes through the applicant's browser, so it can only add doubt."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sermo.core import clock, keys
from verification import policy
from verification.models import Application, DeviceReport
from verification.pipeline.checks.subject import CheckOutcome, CheckSubject

DUPLICATE_SCORE, FRAUD_SCORE = 75, 30
MAX_RESULT_AGE = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class DeviceResult:
    """What the browser sent, as text. `cookie` is our own signed, long-lived cookie."""

    fields: Mapping[str, str]
    cookie: str = ""

    def get(self, name: str) -> str:
        return str(self.fields.get(name) or "").strip()


def nonce_text(application: Application) -> str:
    """The `PanelistID` that the page gives to the vendor's script."""
    return bytes(application.nonce).hex()


def device_index(kind: str, value: str) -> bytes | None:
    """The keyed hash of a value, 32 bytes; None for an empty value."""
    if not value:
        return None
    return keys.keyed_digest(
        keys.KeyName.BLIND_INDEX, f"verification.device.{kind}", value.encode()
    )


def assess_result(
    application: Application, reported: DeviceResult, *, received_at: dt.datetime
) -> CheckOutcome:
    """The result as codes. It is `unknown` if the script was blocked or had no data."""
    score = _number(reported.get("Score"))
    silent = not reported.get("RVid") or score is None or score < 0
    if silent and not reported.get("PanelistID"):
        facts = policy.DeviceFacts(
            answer=policy.DeviceStatus.UNKNOWN, duplicate=_is_known_cookie(application, reported)
        )
        return _outcome(facts)
    fraud = _number(reported.get("FraudProfileScore"))
    risk = _number(reported.get("FraudRiskProbability"))
    country = reported.get("Country").upper()
    is_malformed = any(
        _is_malformed_score(reported.get(name)) for name in ("Score", "FraudProfileScore")
    )
    return _outcome(
        policy.DeviceFacts(
            answer=policy.DeviceStatus.UNKNOWN if silent else policy.DeviceStatus.SEEN,
            duplicate=_is_duplicate(application, reported, score)
            or _is_known_cookie(application, reported),
            fraud=max(fraud or 0, risk or 0) >= FRAUD_SCORE,
            tampered=is_malformed or _is_replayed(application, reported, received_at),
            country_differs=bool(country) and country != application.country,
        )
    )


def _outcome(facts: policy.DeviceFacts) -> CheckOutcome:
    codes = asdict(facts)
    answer = codes.pop("answer")
    return CheckOutcome(answer, codes)


def _number(text: str) -> float | None:
    try:
        number = float(text) if text.isascii() and len(text) <= 10 else None
    except ValueError:
        return None
    return number if number is not None and abs(number) <= 10_000 else None


def _is_malformed_score(text: str) -> bool:
    """Whether a score is not what the script writes: whole numbers up to 100, negative for
    errors.
    """
    number = _number(text)
    return bool(text) and (number is None or number > 100)


def _is_replayed(
    application: Application, reported: DeviceResult, received_at: dt.datetime
) -> bool:
    """Whether it carries a nonce or visit of another application, or is older than 15 minutes."""
    is_own_nonce = hmac.compare_digest(
        reported.get("PanelistID").encode(), nonce_text(application).encode()
    )
    visit = device_index("visit", reported.get("RVid"))
    elsewhere = visit and DeviceReport.objects.filter(visit_index=visit).exclude(
        application__user_id=application.user_id
    )
    is_late = received_at - application.nonce_issued_at > MAX_RESULT_AGE
    return not is_own_nonce or is_late or bool(elsewhere and elsewhere.exists())


def _is_duplicate(application: Application, reported: DeviceResult, score: float | None) -> bool:
    """Whether the vendor knows the device from another person's application."""
    if score is None or score < DUPLICATE_SCORE:
        return False
    old = reported.get("OldId")
    try:
        nonce = bytes.fromhex(old)
    except ValueError:
        return True
    own = Application.objects.filter(nonce=nonce, user_id=application.user_id)
    return not (nonce and own.exists())


def _is_known_cookie(application: Application, reported: DeviceResult) -> bool:
    """Whether our cookie belongs to the device of an admitted member."""
    cookie = device_index("cookie", reported.cookie)
    if cookie is None:
        return False
    others = DeviceReport.objects.filter(cookie_index=cookie).exclude(
        application__user_id=application.user_id
    )
    return others.filter(application__state="approved").exists()


def store_report(application: Application, reported: DeviceResult) -> DeviceReport:
    """Store the first result of an application; a second one changes nothing."""
    now = clock.now()
    outcome = assess_result(application, reported, received_at=now)
    report, _ = DeviceReport.objects.get_or_create(
        application=application,
        defaults={
            "answer": outcome.code,
            "normalized": dict(outcome.normalized),
            "visit_index": device_index("visit", reported.get("RVid")),
            "cookie_index": device_index("cookie", reported.cookie),
            "received_at": now,
        },
    )
    return report


def check_device(subject: CheckSubject) -> CheckOutcome:
    """The stored result of the application."""
    report = DeviceReport.objects.filter(application=subject.application).first()
    if report is None:
        return CheckOutcome(policy.DeviceStatus.NOT_ASKED)
    return CheckOutcome(report.answer, report.normalized)
