"""The device check: it passed through the applicant's browser, so it can only raise a doubt."""

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
    """What the browser sent, as text; `cookie` is our own signed long-lived one."""

    fields: Mapping[str, str]
    cookie: str = ""

    def get(self, name: str) -> str:
        return str(self.fields.get(name) or "").strip()


def nonce_text(application: Application) -> str:
    """What the page gave the vendor's script as the panelist's name."""
    return bytes(application.nonce).hex()


def device_index(kind: str, value: str) -> bytes | None:
    """32 keyed bytes; None for nothing."""
    if not value:
        return None
    return keys.keyed_digest(
        keys.KeyName.BLIND_INDEX, f"verification.device.{kind}", value.encode()
    )


def assess_result(
    application: Application, reported: DeviceResult, *, received_at: dt.datetime
) -> CheckOutcome:
    """The report in codes: unknown where the script was blocked or had no data."""
    score = _number(reported.get("Score"))
    silent = not reported.get("RVid") or score is None or score < 0
    if silent and not reported.get("PanelistID"):
        own = policy.DeviceFacts(
            answer=policy.DeviceStatus.UNKNOWN, duplicate=_known(application, reported)
        )
        return _outcome(own)
    fraud = _number(reported.get("FraudProfileScore"))
    risk = _number(reported.get("FraudRiskProbability"))
    country = reported.get("Country").upper()
    odd = any(_is_odd(reported.get(name)) for name in ("Score", "FraudProfileScore"))
    return _outcome(
        policy.DeviceFacts(
            answer=policy.DeviceStatus.UNKNOWN if silent else policy.DeviceStatus.SEEN,
            duplicate=_is_duplicate(application, reported, score) or _known(application, reported),
            fraud=max(fraud or 0, risk or 0) >= FRAUD_SCORE,
            tampered=odd or _is_replayed(application, reported, received_at),
            country_differs=bool(country) and country != application.country,
        )
    )


def _outcome(facts: policy.DeviceFacts) -> CheckOutcome:
    said = asdict(facts)
    answer = said.pop("answer")
    return CheckOutcome(answer, said)


def _number(text: str) -> float | None:
    try:
        number = float(text) if text.isascii() and len(text) <= 10 else None
    except ValueError:
        return None
    return number if number is not None and abs(number) <= 10_000 else None


def _is_odd(text: str) -> bool:
    """The script writes whole numbers up to 100, or a negative one for an error."""
    number = _number(text)
    return bool(text) and (number is None or number > 100)


def _is_replayed(application: Application, reported: DeviceResult, at: dt.datetime) -> bool:
    """Another case's nonce or visit, or a result older than a quarter of an hour."""
    same = hmac.compare_digest(
        reported.get("PanelistID").encode(), nonce_text(application).encode()
    )
    visit = device_index("visit", reported.get("RVid"))
    seen = visit and DeviceReport.objects.filter(visit_index=visit).exclude(
        application__user_id=application.user_id
    )
    late = at - application.nonce_issued_at > MAX_RESULT_AGE
    return not same or late or bool(seen and seen.exists())


def _is_duplicate(application: Application, reported: DeviceResult, score: float | None) -> bool:
    """The vendor has seen this device before, and not with an earlier try of the same person."""
    if score is None or score < DUPLICATE_SCORE:
        return False
    old = reported.get("OldId")
    try:
        nonce = bytes.fromhex(old)
    except ValueError:
        return True
    own = Application.objects.filter(nonce=nonce, user_id=application.user_id)
    return not (nonce and own.exists())


def _known(application: Application, reported: DeviceResult) -> bool:
    """Our own cookie of an admitted person, without any vendor."""
    cookie = device_index("cookie", reported.cookie)
    if cookie is None:
        return False
    others = DeviceReport.objects.filter(cookie_index=cookie).exclude(
        application__user_id=application.user_id
    )
    return others.filter(application__state="approved").exists()


def store_report(application: Application, reported: DeviceResult) -> DeviceReport:
    """Keep the first report of an application; a second one changes nothing."""
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
    """The report that came with the application."""
    report = DeviceReport.objects.filter(application=subject.application).first()
    if report is None:
        return CheckOutcome(policy.DeviceStatus.NOT_ASKED)
    return CheckOutcome(report.answer, report.normalized)
