"""Cleaned Markdown in a real Chromium: no script runs, and nothing but the allowed tags is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from sermo.core.sanitize import ATTRIBUTES, SCHEMES, TAGS, clean_html, render_markdown
from tests.injection_payloads import PAYLOADS, RUNNING
from tests.interface.conftest import chromium as chromium  # the fixture
from tests.interface.injection import executed

pytestmark = pytest.mark.browser
MIN_RUNNING = 25
ELEMENTS = """() => [...document.querySelectorAll('#cleaned *')].map(
  (element) => [element.localName, [...element.attributes].map((a) => [a.name, a.value])])"""
REPARSE = "() => { const e = document.querySelector('#cleaned'); e.innerHTML = e.innerHTML; }"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page without any policy, in which each request is answered with 404."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(status=404))
    yield page
    context.close()


def test_the_browser_runs_what_is_not_cleaned(page: Page) -> None:
    run = [payload for payload in RUNNING if executed(page, payload)]

    assert len(run) >= MIN_RUNNING


@pytest.mark.parametrize("clean", [render_markdown, clean_html], ids=["markdown", "html"])
def test_no_payload_runs_or_leaves_more_than_allowed(
    clean: Callable[[str], str], page: Page
) -> None:
    ran, left = [], []

    for payload in PAYLOADS:
        for text in (payload, f"**{payload}**", f"> {payload}", f"<p>{payload}", f"<b>{payload}"):
            ran += [text] * executed(page, f"<div id=cleaned>{clean(text)}</div>")
            page.evaluate(REPARSE)  # a mutation shows when HTML is parsed a second time
            for name, attributes in page.evaluate(ELEMENTS):
                allowed = {*ATTRIBUTES.get(name, ()), *({"rel"} if name == "a" else ())}
                odd = [
                    attribute
                    for attribute, value in attributes
                    if attribute not in allowed
                    or (attribute == "href" and urlsplit(value).scheme not in {*SCHEMES, ""})
                ]
                left += [(text, name, odd)] if name not in TAGS or odd else []
            ran += [text] * int(page.evaluate("window.hits"))

    assert ran == []
    assert left == []
