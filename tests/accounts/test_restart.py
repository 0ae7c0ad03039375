"""The Redis with the sessions is restarted, or does not answer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from sermo.core import redis as connections
from sermo.core import volatile_names
from sermo.local_stack import redis_server
from sermo.local_stack.paths import LocalPaths
from sermo.local_stack.redis_server import RedisServer
from tests.accounts.conftest import make_entered_member, sign_in
from tests.factories import PASSWORD, make_case, make_viewer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def forget_connections() -> None:
    connections.connection.cache_clear()
    connections.impatient_connection.cache_clear()
    volatile_names._last_read = None


@pytest.fixture
def server(settings: Any, socket_enabled: None) -> Iterator[RedisServer]:
    """A server of its own for sessions and cache, which a test may stop."""
    directory = Path(tempfile.mkdtemp(prefix="sermo-cache-"))
    paths = LocalPaths(directory)
    for needed in (paths.cache, paths.run):
        needed.mkdir()
    server = redis_server.cache(paths)
    redis_server.start(server, durable=True)
    settings.CACHE_URL = redis_server.address(server)
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": settings.CACHE_URL}}
    forget_connections()
    yield server
    redis_server.stop(server)
    forget_connections()
    shutil.rmtree(directory)


@pytest.fixture
def member(server: RedisServer) -> Client:
    """A browser in which a member signed in."""
    browser = Client(raise_request_exception=False)
    sign_in(browser, make_entered_member().user.email)
    assert browser.get("/cases/").status_code == 200
    return browser


def restart(server: RedisServer) -> None:
    redis_server.stop(server)
    redis_server.start(server, durable=True)


def test_a_restart_leads_to_the_sign_in_page_which_says_so(
    member: Client, server: RedisServer
) -> None:
    restart(server)

    page = member.get("/cases/", follow=True)

    assert page.redirect_chain == [("/accounts/login/?next=/cases/", 302)]
    assert "You were signed out, but nothing that you saved was lost." in page.content.decode()
    again = member.get("/accounts/login/").content.decode()
    assert "You were signed out" not in again


def test_a_form_sent_after_a_restart_leads_to_the_sign_in_page_too(
    member: Client, server: RedisServer
) -> None:
    case = make_case(make_viewer("osler"))
    restart(server)

    page = member.post(f"/cases/{case.public_id}/comments/", {"text": "A remark."}, follow=True)

    assert page.redirect_chain == [("/accounts/login/?next=/unsent/%23unsent", 302)]
    assert "This was not sent yet." in page.content.decode()
    assert case.comments.count() == 0


def test_words_sent_after_a_restart_are_in_the_form_after_signing_in(
    member: Client, server: RedisServer
) -> None:
    case = make_case(make_viewer("osler"))
    restart(server)
    member.post(f"/cases/{case.public_id}/comments/", {"text": "A remark."})

    answer = member.post(
        "/accounts/login/?next=/unsent/",
        {"login": "casey@mail.example", "password": PASSWORD, "next": "/unsent/#unsent"},
        follow=True,
    )

    assert answer.redirect_chain[-1][0] == "/unsent/#unsent"
    assert "You were signed out. Your words are still here. Press “Send”." in (
        answer.content.decode()
    )
    assert ">\nA remark.</textarea>" in answer.content.decode()
    assert case.comments.count() == 0


def test_words_come_back_on_a_device_that_has_to_unlock_first(
    member: Client, server: RedisServer
) -> None:
    case = make_case(make_viewer("osler"))
    restart(server)
    member.post(f"/cases/{case.public_id}/comments/", {"text": "A remark."})
    del member.cookies["device"]
    user = User.objects.get(email="casey@mail.example")
    member.force_login(user)
    session = member.session
    session["membership_issued"] = True
    session.save()

    locked = member.get("/unsent/", follow=True)
    opened = member.post("/accounts/unlock/", {"password": PASSWORD}, follow=True)

    assert locked.redirect_chain == [("/accounts/unlock/", 302)]
    assert opened.redirect_chain[-1][0] == "/unsent/#unsent"
    assert ">\nA remark.</textarea>" in opened.content.decode()


def test_a_script_is_told_that_the_session_ended_and_is_not_led_away(
    member: Client, server: RedisServer
) -> None:
    restart(server)

    part = member.get("/cases/", headers={"HX-Request": "true"})
    data = member.get(
        "/cases/", headers={"X-Requested-With": "background", "Accept": "application/json"}
    )

    assert part.status_code == data.status_code == 401
    assert "HX-Redirect" not in part
    assert 'href="/accounts/login/" target="_blank"' in part.content.decode()
    assert data.json() == {
        "sentence": "You are signed out. Sign in in a new window, then go on here.",
        "url": "/accounts/login/",
        "label": "Sign in",
    }


def test_a_member_signs_in_again_after_a_restart(member: Client, server: RedisServer) -> None:
    restart(server)

    sign_in(member, "casey@mail.example")

    assert member.get("/cases/").status_code == 200


def test_pages_say_that_the_site_cannot_be_reached_while_the_server_is_down(
    member: Client, server: RedisServer
) -> None:
    redis_server.stop(server)

    answers = [
        member.get("/cases/"),
        member.post("/cases/new/"),
        Client(raise_request_exception=False).post(
            "/accounts/login/", {"login": "casey@mail.example", "password": "x"}
        ),
    ]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("What you saved before is safe." in a.content.decode() for a in answers)
    assert answers[0]["Retry-After"] == "30"
    assert Client().get("/readyz").json()["cache"] == "failing"
    assert Client().get("/").status_code == 200


def test_a_visitor_is_not_told_that_they_were_signed_out(server: RedisServer) -> None:
    page = Client().get("/cases/", follow=True)

    assert "You were signed out" not in page.content.decode()
