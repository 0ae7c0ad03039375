"""The device check on the last page of joining: RelevantID's script and a cookie of our own.

The result passes through the applicant's browser, so it can only add doubt.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from verification.models import Application
from verification.personal_data import consent_kinds
from verification.pipeline.checks import device_report as reports
from verification.services.submit import renew_nonce
from verification.vendors import adapters
from verification.views.common import SignedInRequest

# Inputs and outputs of the script.
SURVEY_ID = "signup"
OUTPUTS = (
    *("RVid", "isNew", "Score", "Country", "OldId", "OldIDDate", "Domain", "isMobile"),
    *("FraudProfileScore", "FraudRiskProbability", "RVIDCompleted"),
    *(f"FPF{n}" for n in range(1, 10)),
)
MAX_VALUE_LENGTH = 200


def is_offered(kind: consent_kinds.ConsentKind) -> bool:
    """Whether the consent is shown: not if the device check is not configured."""
    return kind is not consent_kinds.DEVICE or adapters.has_device_script()


def is_consented(application: Application) -> bool:
    """Whether it is configured and the applicant consented."""
    agreed = application.consents.filter(kind=consent_kinds.DEVICE.code)
    return adapters.has_device_script() and agreed.exists()


def script_inputs(application: Application) -> dict[str, Any]:
    """Hidden fields with the script's own names, and a fresh nonce of this application."""
    renew_nonce(application=application)
    values = {
        "ClientID": settings.RELEVANTID["CLIENT_ID"],
        "PanelistID": reports.nonce_text(application),
        "SurveyID": SURVEY_ID,
        "GeoCodes": f"1,{application.country}",
        "TimePeriod": "",
        "CID": "",
        "TID": "",
        **dict.fromkeys(OUTPUTS, ""),
    }
    return {
        "fields": [{"name": name, "value": value} for name, value in values.items()],
        "script": urljoin(settings.RELEVANTID["ORIGIN"], settings.RELEVANTID["PATH"]),
    }


def allow_script(response: HttpResponse) -> HttpResponse:
    """Let the page's content security policy allow the script's origin."""
    origin = settings.RELEVANTID["ORIGIN"]
    widen = csp_update({"connect-src": [origin], "img-src": [origin]})
    widen(lambda _request: response)(HttpRequest())
    return response


def store_device_result(request: SignedInRequest, application: Application) -> None:
    """Store the result that came with the form, if the check is configured."""
    if not adapters.has_device_script():
        return
    values = {
        name: request.POST.get(name, "")[:MAX_VALUE_LENGTH]
        for name in ("PanelistID", "SurveyID", *OUTPUTS)
        if is_consented(application)
    }
    reports.store_report(application, reports.DeviceResult(values if values.get("RVid") else {}))
