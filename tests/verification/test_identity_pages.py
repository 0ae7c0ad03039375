"""The pages of the identity check, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories_verification import make_draft
from tests.verification import scripted_vendors
from tests.verification.scripted_vendors import IDENTITY_QUESTIONS, MATCHING_IDENTITY, VendorScript
from tests.verification.test_vendor_checks import check
from verification import selectors
from verification.models import (
    Application,
    ApplicationState,
    AwaitedInput,
    SocialSecurityNumber,
)
from verification.vendors.records import QuestionScore

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
TYPED = {
    "street": "101 Test Ln",
    "city": "Paramus",
    "state": "nj",
    "zip_code": "07652",
    "phone": "2015550001",
    "licence_state": "NJ",
    "licence_number": "25MA00000001",
    "me_number": "",
    "ssn": "899-55-0001",
    "agreed": "on",
}


@pytest.fixture
def script(settings: Any) -> Iterator[VendorScript]:
    with scripted_vendors.scripted(settings) as made:
        yield made


@pytest.fixture
def client(applicant: User) -> Client:
    made = Client()
    made.force_login(applicant)
    return made


def sent(client: Client, applicant: User) -> Application:
    make_draft(applicant)
    assert client.get("/join/check/")["Location"] == "/join/identity/"
    assert client.post("/join/identity/", TYPED)["Location"] == "/join/evidence/"
    assert client.post("/join/check/")["Location"] == "/join/status/"
    return check(Application.objects.get(user=applicant))


def test_the_identity_page_appears_only_if_the_check_is_configured(
    client: Client, applicant: User, settings: Any
) -> None:
    make_draft(applicant)
    assert client.get("/join/identity/").status_code == 302
    assert client.get("/join/check/").status_code == 200

    with scripted_vendors.scripted(settings):
        assert client.get("/join/identity/").status_code == 200
        assert client.post("/join/check/")["Location"] == "/join/identity/"
    assert Application.objects.get().state == ApplicationState.DRAFT


def test_the_ssn_is_encrypted_and_never_shown_again(
    client: Client, applicant: User, script: VendorScript
) -> None:
    make_draft(applicant)
    client.post("/join/identity/", {**TYPED, "zip_code": "x"})
    assert not SocialSecurityNumber.objects.exists()
    refused = client.post("/join/identity/", {**TYPED, "zip_code": "x"})
    assert refused.status_code == 422
    assert "899-55" not in refused.content.decode()

    client.post("/join/identity/", TYPED)

    application = Application.objects.get()
    assert SocialSecurityNumber.objects.filter(application=application).exists()
    assert application.consents.filter(kind="identity", text_version=1).exists()
    assert selectors.details_of(application).state == "NJ"
    for path in ("/join/identity/", "/join/check/", "/join/"):
        assert "899-55" not in client.get(path).content.decode()


@pytest.mark.parametrize(
    "change",
    [{"agreed": ""}, {"ssn": "000-12-3456"}, {"state": "N1"}, {"me_number": "12345678901"}],
)
def test_impossible_values_are_refused(
    client: Client, applicant: User, script: VendorScript, change: dict[str, str]
) -> None:
    make_draft(applicant)

    assert client.post("/join/identity/", {**TYPED, **change}).status_code == 422


def test_details_can_be_corrected_and_sent_again(
    client: Client, applicant: User, script: VendorScript
) -> None:
    script.searched = [
        replace(MATCHING_IDENTITY, qualifiers=("ssn.within.one.digit",)),
        MATCHING_IDENTITY,
    ]
    application = sent(client, applicant)
    assert application.waiting_for == AwaitedInput.CORRECTION
    page = client.get("/join/status/").content.decode()
    assert "/join/status/correct/" in page
    form = client.get("/join/status/correct/").content.decode()
    assert "101 Test Ln" in form
    assert "899-55" not in form

    person = {"given_name": "Blake", "family_name": "Placeholder", "birth_date": "1958-02-06"}
    answer = client.post("/join/status/correct/", {**TYPED, **person, "ssn": "899-55-0002"})

    assert answer["Location"] == "/join/status/"
    assert check(application).waiting_for == AwaitedInput.CODE
    assert script.numbers == ["899550001", "899550002"]
    assert client.get("/join/status/correct/").status_code == 302


def test_identity_questions_are_answered_once_and_are_a_binding_factor(
    client: Client, applicant: User, script: VendorScript
) -> None:
    script.searched = [
        replace(MATCHING_IDENTITY, qualifiers=("thin.file",), questions=IDENTITY_QUESTIONS)
    ]
    script.scored = [QuestionScore(1)]
    application = sent(client, applicant)
    assert application.waiting_for == AwaitedInput.QUESTIONS
    assert "/join/status/questions/" in client.get("/join/status/").content.decode()
    assert "Question 0?" in client.get("/join/status/questions/").content.decode()
    assert client.post("/join/status/questions/", {"answer0": "A"}).status_code == 422
    chosen = {f"answer{place}": "A" for place in range(3)}

    assert client.post("/join/status/questions/", chosen).status_code == 302

    assert check(application).state == ApplicationState.APPROVED
    assert script.call_count("kba") == 1
    assert client.post("/join/status/questions/", chosen).status_code == 302


def test_two_wrong_answers_lead_to_two_more_questions(
    client: Client, applicant: User, script: VendorScript
) -> None:
    script.searched = [
        replace(MATCHING_IDENTITY, qualifiers=("thin.file",), questions=IDENTITY_QUESTIONS)
    ]
    script.scored = [QuestionScore(2, IDENTITY_QUESTIONS[:2]), QuestionScore(0)]
    application = sent(client, applicant)
    client.post("/join/status/questions/", {f"answer{n}": "B" for n in range(3)})
    check(application)
    page = client.get("/join/status/questions/").content.decode()
    assert "Question 1?" in page
    assert "Question 2?" not in page

    client.post("/join/status/questions/", {"answer0": "A", "answer1": "A"})

    assert check(application).state == ApplicationState.APPROVED
