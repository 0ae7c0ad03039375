from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts import services
from accounts.models import RecoveryRequest
from accounts.selectors import read_slots
from tests.accounts.conftest import (
    NEW_PASSWORD,
    EnteredMember,
    credential_in_session,
    sent_emails,
    sign_in,
)
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[], Client]


def reset_password(client: Client, email: str) -> Any:
    response = client.post("/accounts/password/reset/", {"email": email})
    code = sent_emails()[-1].code
    confirmed = client.post(response["Location"], {"code": code})
    return client.post(
        confirmed["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )


def test_a_changed_password_unwraps_the_credential_and_the_old_one_does_not(
    client: Client, casey: EnteredMember, browser: Browser
) -> None:
    sign_in(client, casey.user.email)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    elsewhere = browser()
    sign_in(elsewhere, casey.user.email, NEW_PASSWORD)
    assert credential_in_session(elsewhere) == credential_in_session(client)
    assert services.unwrap_with_password(casey.user, PASSWORD) is None
    assert client.get("/me/").status_code == 200


def test_a_changed_password_ends_the_other_sessions(
    client: Client, casey: EnteredMember, browser: Browser
) -> None:
    there = browser()
    sign_in(client, casey.user.email)
    sign_in(there, casey.user.email)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    assert there.get("/me/").status_code == 302


def test_before_a_reset_the_page_says_what_unlocks_the_membership(client: Client) -> None:
    page = client.get("/accounts/password/reset/").content

    assert b"recovery code" in page
    assert b"72 hours" in page


def test_a_reset_on_a_known_device_works_at_once(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    client.post("/accounts/logout/")

    reset_password(client, casey.user.email)
    sign_in(client, casey.user.email, NEW_PASSWORD)

    held = credential_in_session(client)
    assert held is not None
    assert held["member"] == casey.credential.member_id.hex
    assert services.unwrap_with_password(casey.user, NEW_PASSWORD) == casey.credential


def test_after_a_reset_on_an_unknown_device_the_recovery_code_unlocks(
    client: Client, casey: EnteredMember
) -> None:
    reset_password(client, casey.user.email)
    sign_in(client, casey.user.email, NEW_PASSWORD)
    led = client.get("/accounts/welcome/")
    page = client.get(led["Location"])

    answer = client.post(
        led["Location"], {"password": NEW_PASSWORD, "code": casey.recovery_code.upper()}
    )

    assert led["Location"] == "/accounts/unlock/"
    assert page.context["needs_both"]
    assert answer["Location"] == "/accounts/welcome/"
    assert credential_in_session(client) is not None
    assert services.unwrap_with_password(casey.user, NEW_PASSWORD) == casey.credential
    assert client.cookies[settings.DEVICE_COOKIE_NAME].value


def test_after_a_reset_on_an_unknown_device_the_password_alone_unlocks_nothing(
    client: Client, casey: EnteredMember
) -> None:
    reset_password(client, casey.user.email)
    sign_in(client, casey.user.email, NEW_PASSWORD)

    for typed in (
        {"password": NEW_PASSWORD, "code": ""},
        {"password": "", "code": casey.recovery_code},
        {"password": NEW_PASSWORD, "code": "0000-0000-0000-0000-0000-0000-0000-0000"},
        {"password": "the-wrong-new-password", "code": casey.recovery_code},
    ):
        assert client.post("/accounts/unlock/", typed).status_code == 422

    assert credential_in_session(client) is None
    assert client.get("/cases/")["Location"] == "/accounts/welcome/"
    assert read_slots(casey.user.pk).password is None


def test_a_request_for_custodian_recovery_starts_72_hours_once_and_says_so(
    client: Client, casey: EnteredMember, time_machine: Any
) -> None:
    time_machine.move_to("2030-03-14T09:00:00+00:00", tick=False)
    reset_password(client, casey.user.email)
    sign_in(client, casey.user.email, NEW_PASSWORD)
    assert b"72 hours" in client.get("/accounts/recovery/").content

    client.post("/accounts/recovery/")
    time_machine.move_to("2030-03-15T09:00:00+00:00", tick=False)
    again = client.post("/accounts/recovery/", follow=True)

    recovery_request = RecoveryRequest.objects.get(user=casey.user)
    assert recovery_request.wait_ends_at - recovery_request.requested_at == dt.timedelta(hours=72)
    assert b"17 March 2030, 09:00" in again.content


def test_a_reset_answers_known_and_unknown_addresses_alike(
    casey: EnteredMember, browser: Browser
) -> None:
    answers = []
    for email in (casey.user.email, "nobody@mail.example"):
        client = browser()
        response = client.post("/accounts/password/reset/", {"email": email})
        shown = client.get(response["Location"])
        wrong = client.post(response["Location"], {"code": "AAAAAA"})
        answers.append(
            (response.status_code, response["Location"], shown.status_code, wrong.status_code)
        )

    assert answers[0] == answers[1]
    assert [email.subject for email in sent_emails()] == [
        "Your code",
        "No account with this address",
    ]


def test_a_reset_does_not_sign_in_and_skips_no_second_factor(
    client: Client, casey: EnteredMember
) -> None:
    reset_password(client, casey.user.email)

    assert "_auth_user_id" not in client.session
    assert credential_in_session(client) is None


def test_a_new_recovery_code_needs_the_password_and_replaces_the_old_one(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    refused = client.post("/accounts/recovery-code/", {"password": "a-wrong-one-altogether"})

    client.post("/accounts/recovery-code/", {"password": PASSWORD})

    code = client.get("/accounts/recovery-code/").context["code"]
    assert refused.status_code == 422
    assert services.unwrap_with_recovery_code(casey.user, casey.recovery_code) is None
    assert services.unwrap_with_recovery_code(casey.user, code) == casey.credential


def test_guesses_of_the_recovery_code_are_rate_limited(
    client: Client, casey: EnteredMember
) -> None:
    reset_password(client, casey.user.email)
    sign_in(client, casey.user.email, NEW_PASSWORD)
    typed = {"password": NEW_PASSWORD, "code": "wrong"}

    statuses = [client.post("/accounts/unlock/", typed).status_code for _ in range(12)]

    assert statuses[:10] == [422] * 10
    assert statuses[10:] == [429] * 2


def test_a_changed_address_must_be_confirmed(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post("/accounts/email/", {"email": "casey.new@mail.example", "action_add": ""})
    casey.user.refresh_from_db()
    before = casey.user.email
    [email] = [message for message in sent_emails() if message.to == "casey.new@mail.example"]
    client.post("/accounts/confirm-email/", {"code": email.code})

    casey.user.refresh_from_db()
    assert before == "casey@mail.example"
    assert casey.user.email == "casey.new@mail.example"
    words = [message.body for message in sent_emails() if message.to == "casey@mail.example"]
    assert words
    assert not [body for body in words if "casey.new" in body]
