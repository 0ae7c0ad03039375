"""The policy in a real Chromium: strings become no markup, no site shows ours in a frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from sermo.core import csp_reports
from sermo.core.middleware import MARKUP_HEADER
from tests.waiting import MAX_WAIT_SECONDS, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases="__all__")]

MARKUP = "<b id=planted>planted</b>"
# Each takes a string for markup or script; `MARKUP` stands for the string.
SINKS = {
    "innerHTML": "document.body.innerHTML = MARKUP",
    "innerHTML of a template": "document.createElement('template').innerHTML = MARKUP",
    "outerHTML": "document.getElementById('main').outerHTML = MARKUP",
    "insertAdjacentHTML": "document.body.insertAdjacentHTML('beforeend', MARKUP)",
    "document.write": "document.write(MARKUP)",
    "DOMParser": "new DOMParser().parseFromString(MARKUP, 'text/html')",
    "parseHTMLUnsafe": "Document.parseHTMLUnsafe(MARKUP)",
    "setHTMLUnsafe": "document.body.setHTMLUnsafe(MARKUP)",
    "createContextualFragment": "document.createRange().createContextualFragment(MARKUP)",
    "srcdoc": "document.createElement('iframe').srcdoc = MARKUP",
    "htmx.swap": "htmx.swap('#live-region', MARKUP, {swapStyle: 'innerHTML'})",
    "text of a script": "document.createElement('script').text = 'window.ran = 1'",
    "address of a script": "document.createElement('script').src = '/x.js'",
    "a second policy": "trustedTypes.createPolicy('mine', {createHTML: (html) => html})",
    "the same policy again": "trustedTypes.createPolicy('default', {createHTML: (html) => html})",
}


@pytest.fixture
def plain_page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """A page that may complain."""
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("sink", SINKS)
def test_a_string_becomes_neither_markup_nor_script(sink: str, plain_page: Page) -> None:
    plain_page.goto("/help/")
    source = SINKS[sink].replace("MARKUP", repr(MARKUP))

    outcome = plain_page.evaluate(
        f"() => {{ try {{ {source}; return 'taken' }} catch (error) {{ return error.name }} }}"
    )

    assert outcome == "TypeError"
    assert plain_page.locator("#planted").count() == 0
    assert plain_page.evaluate("window.ran === undefined")


def swap(page: Page, path: str) -> None:
    page.evaluate("path => { htmx.ajax('GET', path, {target: '#live-region'}) }", path)


def test_a_part_rendered_here_is_swapped_in(plain_page: Page) -> None:
    plain_page.goto("/help/")

    swap(plain_page, "/rules/")

    expect(plain_page.locator("#live-region h1")).to_have_count(1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/html"},
        {"Content-Type": "text/plain", MARKUP_HEADER: "something"},
    ],
    ids=["no header", "another value"],
)
def test_a_response_that_no_template_made_is_refused(
    headers: dict[str, str], plain_page: Page
) -> None:
    plain_page.route("**/planted/", lambda route: route.fulfill(body=MARKUP, headers=headers))
    plain_page.goto("/help/")

    with plain_page.expect_response("**/planted/"):
        swap(plain_page, "/planted/")
    with plain_page.expect_response("**/rules/"):
        swap(plain_page, "/rules/")

    expect(plain_page.locator("#live-region h1")).to_have_count(1)
    assert plain_page.locator("#planted").count() == 0


def test_a_refused_string_is_reported_and_counted(plain_page: Page) -> None:
    plain_page.goto("/help/")

    plain_page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>' } catch {} }")

    wait_until(lambda: csp_reports.recent_reports(), "the report of the browser")
    (counted,) = csp_reports.recent_reports()
    assert counted.directive == "require-trusted-types-for"
    assert (counted.page, counted.blocked) == ("core:help", "trusted-types-sink")


# What Chromium shows in place of a page that may not be framed.
REFUSED_FRAME = "chrome-error://chromewebdata/"
FRAMED = ["/", "/help/", "/accounts/login/", "/accounts/signup/", "/nothing-here/", "/log/"]


@pytest.mark.parametrize("origin", ["another site", "this site"])
def test_no_page_is_shown_in_a_frame(origin: str, plain_page: Page, live_server: Any) -> None:
    frames = "".join(f"<iframe src='{live_server.url}{path}'></iframe>" for path in FRAMED)
    outside = "http://elsewhere.test" if origin == "another site" else live_server.url

    def answer(route: Route) -> None:
        route.fulfill(body=f"<!doctype html><title>x</title>{frames}", content_type="text/html")

    def shown() -> list[str]:
        plain_page.evaluate("0")  # lets what the browser reported arrive
        return [frame.url for frame in plain_page.frames[1:]]

    plain_page.route(f"{outside}/framing/", answer)
    plain_page.goto(f"{outside}/framing/")

    wait_until(lambda: shown() == [REFUSED_FRAME] * len(FRAMED), "every frame to be refused")
    assert len(plain_page.frames) == 1 + len(FRAMED)
