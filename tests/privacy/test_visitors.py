"""Pages that a visitor opens write nothing that lasts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from sermo.core.redis import broker, connection
from sermo.members.sessions.store import VISITOR_SECONDS
from tests.access_cast import NAMES
from tests.factories import PASSWORD, make_user
from tests.privacy.test_anonymous_acts import is_write, monitored

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
VALUES: dict[str, Any] = {
    "concept_id": "00000000-0000-0000-0000-000000000000",
    "option_id": "00000000-0000-0000-0000-000000000000",
    "subject": "00000000-0000-0000-0000-000000000000",
    "number": 1,
    "frame": 1,
    "direction": "up",
    "kind": "case",
    "pk": 1,
}
# The challenge of a passkey must be remembered: a session of an hour, when the button is pressed.
CHALLENGES = {"mfa_login_webauthn"}


def address(name: str) -> str:
    return reverse(name, kwargs={key: VALUES.get(key, "0" * 12) for key in NAMES[name][1]})


def test_no_page_writes_a_session_a_row_or_a_key_that_lasts_for_a_visitor() -> None:
    """Counters of an address and the secret of their names are left; both end within the day."""
    written: dict[str, list[str]] = {}
    for name in sorted(NAMES.keys() - CHALLENGES):
        with (
            CaptureQueriesContext(connections["default"]) as community,
            CaptureQueriesContext(connections["identity"]) as identity,
            monitored(broker()) as queue,
        ):
            Client(raise_request_exception=False).get(address(name))
        sql = [query["sql"] for query in [*community, *identity] if is_write(query["sql"])]
        sent = [command for command in queue if not command.startswith("LLEN ")]  # of /readyz
        if sql or sent:
            written[name] = [*sql, *sent]

    assert written == {}
    assert list(connection().scan_iter("s:*")) == []
    lifetimes = {key: connection().ttl(key) for key in connection().scan_iter("*")}
    assert all(0 < int(seconds) <= 86_401 for seconds in lifetimes.values()), lifetimes


def test_opening_the_sign_up_page_a_hundred_times_leaves_no_session() -> None:
    for _ in range(100):
        assert Client().get("/accounts/signup/").status_code == 200

    assert list(connection().scan_iter("s:*")) == []


def test_a_form_with_errors_leaves_no_session_either() -> None:
    client = Client()
    client.get("/accounts/signup/")

    page = client.post("/accounts/signup/", {"email": "no address", "password1": PASSWORD})

    assert page.status_code == 200
    assert list(connection().scan_iter("s:*")) == []


def test_the_session_of_a_sign_up_ends_in_an_hour_and_that_of_a_user_in_a_week(
    settings: Any,
) -> None:
    client = Client()
    client.get("/accounts/signup/")
    client.post("/accounts/signup/", {"email": "casey@mail.example", "password1": PASSWORD})
    [visitor] = connection().scan_iter("s:*")
    visitor_seconds = int(connection().ttl(visitor))
    connection().delete(visitor)
    make_user("osler")
    signing_in = Client()
    signing_in.get("/accounts/login/")

    signing_in.post("/accounts/login/", {"login": "osler@mail.example", "password": PASSWORD})

    [user] = connection().scan_iter("s:*")
    assert User.objects.count() == 2
    assert VISITOR_SECONDS - 60 < visitor_seconds <= VISITOR_SECONDS
    assert int(connection().ttl(user)) > settings.SESSION_COOKIE_AGE - 60
