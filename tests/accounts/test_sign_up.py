from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client

from accounts.models import User
from accounts.views import single_flight
from tests.accounts.conftest import sent_emails
from tests.factories import PASSWORD, make_user
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value="|nonce=")[^"]+')


def sign_up(client: Client, email: str, password: str = PASSWORD) -> Any:
    client.get("/accounts/signup/")
    return client.post("/accounts/signup/", {"email": email, "password1": password})


def plain(body: bytes, email: str) -> bytes:
    """A page without what differs from one showing to the next, and without what was typed."""
    return TOKEN.sub(rb"\1", body).replace(email.encode(), b"ADDRESS")


def test_a_new_user_confirms_by_code_and_is_redirected_to_verification(client: Client) -> None:
    response = sign_up(client, "casey@mail.example")
    [email] = sent_emails()

    confirmed = client.post(response["Location"], {"code": email.code}, follow=True)

    assert email.to == "casey@mail.example"
    assert confirmed.status_code == 200
    assert confirmed.redirect_chain[0][0] == "/accounts/welcome/"
    assert confirmed.request["PATH_INFO"].startswith("/join/")
    assert EmailAddress.objects.get(email="casey@mail.example").verified


def test_the_email_contains_the_code_and_nothing_about_the_person(client: Client) -> None:
    sign_up(client, "casey@mail.example")

    [email] = sent_emails()

    user = User.objects.get(email="casey@mail.example")
    assert email.subject == "Your code"
    assert email.code in email.body
    assert "casey" not in email.body
    assert str(user.pk) not in email.body
    assert len(email.body) < 400


def test_a_wrong_code_confirms_nothing(client: Client) -> None:
    response = sign_up(client, "casey@mail.example")

    client.post(response["Location"], {"code": "AAAAAA"})

    assert not EmailAddress.objects.get(email="casey@mail.example").verified
    assert client.get("/me/").status_code == 302


def test_another_code_can_be_requested(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    response = sign_up(client, "casey@mail.example")
    monkeypatch.setattr("allauth.core.internal.ratelimit.consume", lambda *_, **__: object())

    client.post(response["Location"], {"action": "resend"})

    first, second = sent_emails()
    assert first.code != second.code
    assert (
        client.post(response["Location"], {"code": second.code})["Location"] == "/accounts/welcome/"
    )


def test_a_known_address_gets_exactly_the_answer_of_an_unknown_one(
    browser: Callable[[], Client],
) -> None:
    make_user("known")
    pages = {}
    for email in ("known@mail.example", "newer@mail.example"):
        client = browser()
        response = sign_up(client, email)
        shown = client.get(response["Location"])
        wrong = client.post(response["Location"], {"code": "AAAAAA"})
        pages[email] = (
            response.status_code,
            response["Location"],
            sorted(response.cookies),
            response.headers.keys(),
            shown.status_code,
            plain(shown.content, email),
            wrong.status_code,
            plain(wrong.content, email),
        )

    known, newer = pages.values()

    assert known == newer
    assert {message.subject for message in sent_emails()} == {
        "Your code",
        "You have an account already",
    }
    assert User.objects.filter(email="known@mail.example").count() == 1


def test_a_known_address_costs_the_work_of_a_new_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("known")
    hashed: list[str] = []
    real = User.set_password

    def counted(user: User, password: str) -> None:
        hashed.append(password)
        real(user, password)

    monkeypatch.setattr(User, "set_password", counted)

    sign_up(client, "known@mail.example")
    known = len(hashed)
    sign_up(Client(), "newer@mail.example")

    assert known == 1
    assert len(hashed) == 2


@pytest.mark.parametrize(
    "password", ["short-one", "password1234", "123456789012", "caseymail@mail.example"]
)
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    answer = sign_up(client, "caseymail@mail.example", password)

    assert answer.context["form"].errors["password1"]
    assert not User.objects.exists()


def test_an_address_that_is_too_long_is_refused_without_an_error(client: Client) -> None:
    answer = sign_up(client, f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example")

    assert answer.status_code == 200
    assert answer.context["form"].errors["email"]


def test_the_page_does_not_return_the_password(client: Client) -> None:
    answer = sign_up(client, "not-an-address", "a-synthetic-pass-phrase")

    assert b"a-synthetic-pass-phrase" not in answer.content


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_a_double_click_creates_one_account_and_both_responses_lead_to_the_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(single_flight, "MAX_WAIT_SECONDS", MAX_WAIT_SECONDS)
    client = Client()
    client.get("/accounts/signup/")
    answers = _at_once(client, client)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer["Location"] for answer in answers}) == 1
    assert User.objects.count() == 1
    [email] = sent_emails()
    # The browser has no session before; both answers give it the same.
    assert len({answer.cookies["session"].value for answer in answers}) == 1
    client.cookies.update(answers[-1].cookies)
    assert (
        client.post(answers[0]["Location"], {"code": email.code})["Location"]
        == "/accounts/welcome/"
    )


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_two_browsers_at_once_create_one_account_without_an_error() -> None:
    first_client, second_client = Client(), Client()
    for client in (first_client, second_client):
        client.get("/accounts/signup/")

    answers = _at_once(first_client, second_client)

    assert User.objects.count() == 1
    # The later one is asked to wait for the next mail, as for any address that just had one.
    assert sorted(answer.status_code for answer in answers) in ([302, 302], [302, 429])


def _at_once(*clients: Client) -> list[Any]:
    answers: list[Any] = []
    barrier = threading.Barrier(len(clients))

    def send(client: Client) -> None:
        mine = Client()
        mine.cookies.update(client.cookies)
        barrier.wait(MAX_WAIT_SECONDS)
        answers.append(
            mine.post("/accounts/signup/", {"email": "casey@mail.example", "password1": PASSWORD})
        )
        connections.close_all()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)
    return answers
