"""What a page asks by itself, refused in every way: it says so beside the thing and loses nothing.

Each requester meets each answer in a real Chromium: {autosave, upload, suggestions, passkey,
button, form, polling, check of a field} x {401 ... 503, a redirect to sign-in, no network}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import User
from cases.models import Image, ImageState
from cases.selectors.drafts import own_draft
from sermo.members.viewer import Viewer
from tests.factories import client_for, make_viewer
from tests.factories_cases import make_draft
from tests.factories_polls import case_of, make_poll
from tests.factories_verification import make_applicant
from tests.factories_verification import make_draft as make_application
from tests.waiting import MAX_WAIT_SECONDS, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases="__all__")]
ANSWERS: list[int | str] = [401, 403, 404, 409, 413, 422, 429, 500, 503, "offline", "redirect"]
# A piece of the sentence that a member reads; the server's own sentence goes first if it sends one.
SENTENCES = {
    401: "You are signed out.",
    403: "You may not do this.",
    404: "This is no longer there.",
    409: "This was changed meanwhile.",
    413: "This is too large.",
    422: "This was not accepted.",
    429: "That was too often.",
    500: "Something broke on our side.",
    503: "Something broke on our side.",
    "redirect": "You are signed out.",
    "offline": "No connection.",
}
WORDS = "Words that must stay."


def answer_with(route: Route, answer: int | str) -> None:
    if answer == "offline":
        route.abort("internetdisconnected")
    elif answer == "redirect":
        route.fulfill(status=302, headers={"Location": "/accounts/login/"})
    else:
        headers = {"Content-Type": "text/html", "Retry-After": "1"}
        route.fulfill(status=int(answer), headers=headers, body="<!doctype html><p>no")


@dataclass
class Requester:
    """A page, who is at it, and how it asks. `words` is a field in which something is written."""

    who: Viewer | User | None
    path: str
    asks: str  # a regular expression of the address asked
    ask: Callable[[Page], None]
    said: str  # a selector of the sentence
    words: str = ""
    other: str = ""  # the sentence where the module says one of its own


def autosave() -> Requester:
    author = make_viewer("author")
    draft = make_draft(author)
    return Requester(
        author,
        reverse("cases:draft", args=[draft.public_id]),
        "/save/$",
        lambda page: page.locator("#id_history").press_sequentially("."),
        ".save-status",
        "#id_history",
    )


def upload() -> Requester:
    def choose(page: Page) -> None:
        picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"}
        page.set_input_files("#id_images", picture)  # type: ignore[arg-type]

    made = autosave()
    return Requester(made.who, made.path, "/images/$", choose, ".upload >> nth=-1", made.words)


def suggestions() -> Requester:
    made = autosave()
    return Requester(
        made.who,
        made.path,
        "/polls/concepts/",
        lambda page: page.locator("#id_own_answer_1").press_sequentially("se"),
        ".field:has(#id_own_answer_1) .notice",
        made.words,
        "Suggestions do not come now.",
    )


def passkey() -> Requester:
    return Requester(
        None,
        "/accounts/login/",
        "/2fa/webauthn/login/",
        lambda page: page.click("[data-webauthn-button]"),
        "[data-webauthn-error]",
        "input[name=login]",
    )


def button() -> Requester:
    case = case_of(make_poll(make_viewer("author"), "Gout", "Sepsis"))
    return Requester(
        make_viewer("reader"),
        case.get_absolute_url(),
        "/follow/$",
        lambda page: page.click("form[action$='/follow/'] button"),
        "form[action$='/follow/'] .notice",
        "#comment-form textarea, form[action$='/comments/'] textarea",
    )


def form() -> Requester:
    poll = make_poll(make_viewer("author"), "Gout", "Sepsis")
    send = f"form[action$='/{poll.public_id}/vote/']"
    return Requester(
        make_viewer("reader"),
        case_of(poll).get_absolute_url(),
        "/vote/$",
        lambda page: page.click(f"{send} .form__actions button"),
        f"{send} .notice",
        f"{send} textarea",
    )


def polling() -> Requester:
    made = autosave()
    assert isinstance(made.who, Viewer)
    draft = own_draft(made.who, made.path.split("/")[3])
    Image.objects.create(draft=draft.row, state=ImageState.RECEIVED, received_at=timezone.now())

    def go_on(page: Page) -> None:
        retry = page.locator(".upload .notice button")
        if retry.count():
            retry.click()

    return Requester(made.who, made.path, "/images/[^/]+/\\?", go_on, ".upload .notice", made.words)


def check_of_a_field() -> Requester:
    applicant = make_applicant()
    make_application(applicant)
    return Requester(
        applicant,
        "/join/licence/",
        "/licence/number/$",
        lambda page: page.locator("#id_number").dispatch_event("change"),
        ".field:has(#id_number) .notice, form .notice",
        "#id_given_name",
    )


REQUESTERS = {
    made.__name__: made
    for made in (autosave, upload, suggestions, passkey, button, form, polling, check_of_a_field)
}


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_(who: Viewer | User | None, path: str) -> Page:
        context = chromium.new_context(base_url=live_server.url)
        contexts.append(context)
        context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
        if who is not None:
            name = settings.SESSION_COOKIE_NAME
            value = client_for(who).cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(path)
        page.locator("details:not([data-menu])").evaluate_all(
            "all => { for (const one of all) one.open = true }"
        )
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", sorted(REQUESTERS))
def test_each_refusal_is_said_beside_the_thing_and_the_page_stays(
    name: str, open_page: Callable[..., Page]
) -> None:
    made = REQUESTERS[name]()
    page = open_page(made.who, made.path)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    answers: list[int | str] = [ANSWERS[0]]
    page.route(re.compile(made.asks), lambda route: answer_with(route, answers[0]))
    words = page.locator(made.words).first
    words.fill(WORDS)
    address = page.url

    for answer in ANSWERS:
        answers[0] = answer
        if answer == "redirect":  # followed to the real page, which only a visitor sees
            page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        made.ask(page)
        said = made.other if made.other and answer not in (401, "redirect") else SENTENCES[answer]
        expect(page.locator(made.said).first).to_contain_text(
            "This file is too large." if (name, answer) == ("upload", 413) else said
        )

        assert page.url == address, answer
        assert words.input_value().startswith(WORDS), answer
    assert errors == []


def test_a_draft_is_saved_after_signing_in_again_in_another_window(
    open_page: Callable[..., Page], client_for: Callable[[Viewer], Client]
) -> None:
    author = make_viewer("author")
    draft = make_draft(author)
    path = reverse("cases:draft", args=[draft.public_id])
    page = open_page(author, path)
    name = settings.SESSION_COOKIE_NAME
    url = page.url.partition("/cases/")[0]

    page.context.add_cookies([{"name": name, "value": "0" * 40, "url": url}])
    page.fill("#id_history", WORDS)
    expect(page.locator(".save-status")).to_contain_text("You are signed out.")
    assert page.url.endswith(path)
    assert own_draft(author, draft.public_id).content.history == ""

    # The other window: a new session, and a token that this page does not know.
    again = client_for(author).cookies[name].value
    page.context.add_cookies(
        [
            {"name": name, "value": again, "url": url},
            {"name": settings.CSRF_COOKIE_NAME, "value": "a" * 32, "url": url},
        ]
    )
    page.evaluate("dispatchEvent(new Event('focus'))")

    expect(page.locator(".save-status")).to_contain_text("Saved")
    assert own_draft(author, draft.public_id).content.history == WORDS


def test_two_windows_of_one_draft_take_each_others_fields(
    open_page: Callable[..., Page],
) -> None:
    author = make_viewer("author")
    draft = make_draft(author)
    path = reverse("cases:draft", args=[draft.public_id])
    first, second = open_page(author, path), open_page(author, path)

    first.fill("#id_history", "from the first window")
    expect(first.locator(".save-status")).to_contain_text("Saved")
    second.fill("#id_examination", "from the second window")
    expect(second.locator(".save-status")).to_contain_text("Saved")

    assert second.input_value("#id_history") == "from the first window"
    first.fill("#id_examination", "from the first window too")
    expect(first.locator(".edit-conflict")).to_contain_text("from the second window")
    wait_until(
        lambda: own_draft(author, draft.public_id).content.examination == "from the second window",
        "nothing to be overwritten",
    )
