"""The device check in the browser: only with configuration and consent, and always checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from tests.factories import client_for
from tests.factories_verification import make_draft
from verification.models import Application, ApplicationState, DeviceReport
from verification.vendors import adapters

pytestmark = [
    pytest.mark.django_db(databases=["default", "identity"]),
    pytest.mark.usefixtures("registers"),
]
SCRIPT = "https://relevantid.imperium.com/RVIDWrapperAjax.js"
AGREED = {"register", "own_db", "contact", "device"}


@pytest.fixture
def configured(settings: Any) -> Iterator[None]:
    settings.RELEVANTID = {**settings.RELEVANTID, "CLIENT_ID": "00000000-synthetic"}
    adapters.reset_adapters()
    yield
    adapters.reset_adapters()


def report(application: Application, **changes: str) -> dict[str, str]:
    """The fields that the script fills in."""
    return {
        "PanelistID": bytes(application.nonce).hex(),
        "RVid": f"RV-{application.public_id}",
        "Score": "0",
        "FraudProfileScore": "0",
        "Country": "US",
        **changes,
    }


def test_without_a_client_id_the_device_check_is_not_offered(applicant: User) -> None:
    make_draft(applicant)
    client = client_for(applicant)

    assert "RelevantID" not in client.get("/join/consent/").content.decode()
    page = client.get("/join/check/")
    client.post("/join/check/")

    assert SCRIPT not in page.content.decode()
    assert "imperium" not in page["Content-Security-Policy"]
    assert not DeviceReport.objects.exists()


@pytest.mark.usefixtures("configured")
def test_the_device_script_needs_nonce_and_consent(applicant: User) -> None:
    draft = make_draft(applicant)
    client = client_for(applicant)
    assert "RelevantID" in client.get("/join/consent/").content.decode()
    assert SCRIPT not in client.get("/join/check/").content.decode()
    draft.consents.create(kind="device", text_version=1, given_at=timezone.now())

    answered = client.get("/join/check/")

    page, policy = answered.content.decode(), answered["Content-Security-Policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert nonce
    assert f'nonce="{nonce}"' in page[page.index(SCRIPT) :][:200]
    assert "connect-src 'self' https://relevantid.imperium.com" in policy
    script_sources = next(p for p in policy.split(";") if p.strip().startswith("script-src"))
    assert "imperium" not in script_sources
    assert f'value="{bytes(draft.nonce).hex()}"' in page
    assert "imperium" not in client.get("/join/consent/")["Content-Security-Policy"]


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("changes", "answer", "facts"),
    [
        ({}, "seen", set()),
        ({"RVid": ""}, "unknown", set()),
        ({"Score": "-2"}, "unknown", set()),
        ({"Score": "92"}, "seen", {"duplicate"}),
        ({"FraudProfileScore": "35"}, "seen", {"fraud"}),
        ({"PanelistID": "00" * 16}, "seen", {"tampered"}),
        ({"Score": "not a number"}, "unknown", {"tampered"}),
        ({"Country": "RU"}, "seen", {"country_differs"}),
    ],
)
def test_the_device_result_is_checked(
    applicant: User, changes: dict[str, str], answer: str, facts: set[str]
) -> None:
    draft = make_draft(applicant, consents=AGREED)
    client = client_for(applicant)

    sent = client.post("/join/check/", report(draft, **changes))

    assert sent.status_code == 302
    stored = DeviceReport.objects.get()
    assert stored.answer == answer
    assert {name for name, value in stored.normalized.items() if value is True} == facts
    draft.refresh_from_db()
    assert draft.state != ApplicationState.DRAFT


@pytest.mark.usefixtures("configured")
def test_an_old_device_result_is_refused_and_a_reload_renews_the_nonce(applicant: User) -> None:
    draft = make_draft(applicant, consents=AGREED)
    client = client_for(applicant)
    old = report(draft)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=20)):
        client.get("/join/check/")
        draft.refresh_from_db()
        assert bytes(draft.nonce).hex() != old["PanelistID"]
        client.post("/join/check/", old)

    assert DeviceReport.objects.get().normalized["tampered"]


@pytest.mark.usefixtures("configured")
def test_a_missing_device_result_is_unknown_and_not_refused(applicant: User) -> None:
    draft = make_draft(applicant)
    client_for(applicant).post("/join/check/", report(draft))

    assert DeviceReport.objects.get().answer == "unknown"
    assert not DeviceReport.objects.get().normalized["tampered"]
