"""Acting writes no session, and the cookie with the messages holds nothing about a person."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from cases.models import Case
from sermo.core.message_cookie import MessageCookie
from sermo.core.redis import connection
from sermo.members.viewer import Viewer
from tests.factories import PASSWORD, make_case, make_user
from tests.factories_cases import post_comment
from tests.factories_polls import make_opinion_poll, option

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
ALLAUTH_TEMPLATES = Path(allauth.__file__).parent / "templates"
# Templates of functions that are not switched on.
UNUSED = {"login_code_sent.txt", "phone_verification_sent.txt", "phone_verified.txt"}
ADDRESS = "casey@mail.example"


def session_rows() -> dict[bytes, bytes]:
    """Every stored session. Each write encrypts anew, so that it changes the row's bytes."""
    redis = connection()
    return {bytes(name): bytes(redis.get(name) or b"") for name in redis.scan_iter("s:*")}  # type: ignore[arg-type]


def comment(browser: Client, case: Case, shown_as: str) -> HttpResponse:
    sent = {"text": "A synthetic remark.", "shown_as": shown_as, "idempotency_key": uuid.uuid4()}
    return browser.post(f"/cases/{case.public_id}/comments/", sent)  # type: ignore[return-value]


@pytest.mark.parametrize("shown_as", ["anonymous", "handle"])
def test_a_comment_writes_no_session_and_is_confirmed_on_the_next_page(
    osler: Viewer, blackwell: Viewer, client_for: Browser, shown_as: str
) -> None:
    case, browser = make_case(osler), client_for(blackwell)
    browser.get(f"/cases/{case.public_id}/")
    before = session_rows()

    posted = comment(browser, case, shown_as)

    assert posted.status_code == 302
    assert b"Your comment" in browser.get(f"/cases/{case.public_id}/").content
    assert before
    assert session_rows() == before


def test_a_helpful_mark_writes_no_session(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case = make_case(osler)
    remark = post_comment(blackwell, case)
    browser = client_for(osler)
    before = session_rows()

    marked = browser.post(
        f"/cases/{case.public_id}/comments/{remark.public_id}/helpful/", {"on": "1"}
    )

    assert marked.status_code == 302
    assert session_rows() == before != {}


def test_an_answer_to_a_poll_writes_no_session(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    poll = make_opinion_poll(osler, "Aspirin", "Heparin")
    browser = client_for(blackwell)
    before = session_rows()

    answered = browser.post(
        reverse("polls:answer", args=[poll.public_id]),
        {"choice": option(poll, "Heparin").pk},
    )

    assert answered.status_code == 302, answered.content
    assert session_rows() == before != {}


def test_message_cookie_is_signed_and_has_the_attributes_of_the_session_cookie(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    case, browser = make_case(osler), client_for(blackwell)

    comment(browser, case, "anonymous")
    cookie = browser.cookies[MessageCookie.cookie_name]

    assert MessageCookie.cookie_name == f"{settings.COOKIE_PREFIX}messages"
    assert bool(cookie["secure"]) == settings.SESSION_COOKIE_SECURE
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    for secret in ("synthetic remark", case.public_id, blackwell.member.handle):
        assert secret not in cookie.value
    browser.cookies[MessageCookie.cookie_name] = "x" + cookie.value
    assert b"Your comment" not in browser.get(f"/cases/{case.public_id}/").content


TEMPLATES_OF_MESSAGES = sorted(
    str(path.relative_to(ALLAUTH_TEMPLATES))
    for path in ALLAUTH_TEMPLATES.glob("*/messages/*.txt")
    if path.parts[-3] in {"account", "mfa"}
)
TEMPLATES_OF_EMAILS = sorted(
    str(path.relative_to(ALLAUTH_TEMPLATES))
    for path in ALLAUTH_TEMPLATES.glob("*/email/*.txt")
    if path.parts[-3] in {"account", "mfa"}
)


def request_of(user: User) -> HttpRequest:
    request = RequestFactory().get("/")
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    request.user = user
    vars(request)["_messages"] = MessageCookie(request)
    return request


def names_of(user: User) -> list[str]:
    return [ADDRESS, str(user.pk), user.pk.hex]


@pytest.mark.parametrize("template", TEMPLATES_OF_MESSAGES)
def test_no_message_of_allauth_names_a_user(template: str) -> None:
    user = make_user("casey")
    request = request_of(user)
    known = {"user": user, "email": ADDRESS, "recipient": ADDRESS, "phone": ADDRESS}

    with context.request_context(request):
        get_adapter(request).add_message(request, messages.SUCCESS, template, known)

    shown = " ".join(str(message) for message in messages.get_messages(request))
    assert shown.strip()
    assert [name for name in names_of(user) if name in shown] == []
    if Path(template).name not in UNUSED:
        with_context = render_to_string(template, known, request)
        assert [name for name in names_of(user) if name in with_context] == []


@pytest.mark.parametrize("template", TEMPLATES_OF_EMAILS)
def test_no_email_of_allauth_names_the_user(template: str) -> None:
    user = make_user("casey")

    shown = render_to_string(template, {"user": user, "code": "ABC-123"}, request_of(user))

    assert [name for name in names_of(user) if name in shown] == []


def test_after_sign_in_no_page_of_the_community_shows_the_account() -> None:
    """The page after a sign-in shows its message, and nothing of the identity store."""
    user = make_user("casey")

    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    page = client.get("/privacy/").content.decode()

    assert "You are signed in." in page
    assert [name for name in names_of(user) if name in page] == []
