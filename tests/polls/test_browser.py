"""Answering in a real Chromium, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cases.services import index_case
from polls.models import Answer, Poll
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_cases import post_comment
from tests.factories_polls import answer, case_of, make_concept, make_poll
from tests.interface.conftest import axe_source, chromium
from tests.waiting import MAX_WAIT_SECONDS

__all__ = ["axe_source", "chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases="__all__")]
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (320, "light"),
    (390, "dark"),
    (1440, "light"),
)
AXE = "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => v.id))"


def _open_browser(
    chromium: Browser, live_server: Any, client: Client, **options: Any
) -> tuple[BrowserContext, Page, list[str]]:
    """A browser signed in as the client's member, and the errors and warnings of its console."""
    context = chromium.new_context(base_url=live_server.url, **options)
    context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    return context, page, complaints


def _answered_poll(osler: Viewer, garrett: Viewer) -> Poll:
    make_concept("Sarcoidosis", "Boeck disease", specialty="pulmonology")
    poll = make_poll(osler, "Gout", "Lyme disease", "Pseudogout", title="A swollen ankle")
    answer(garrett, poll, "Gout", confidence=4)
    post_comment(
        garrett,
        case_of(poll),
        text="The crystals were seen.",
        hidden_until_answer=True,
        idempotency_key=poll.pk,
    )
    index_case(case=case_of(poll))
    return poll


def test_an_answer_reveals_results_and_discussion(
    chromium: Browser,
    live_server: Any,
    osler: Viewer,
    blackwell: Viewer,
    garrett: Viewer,
    client_for: Callable[[Viewer], Client],
) -> None:
    poll = _answered_poll(osler, garrett)
    context, page, complaints = _open_browser(
        chromium, live_server, client_for(blackwell), viewport={"width": 390, "height": 844}
    )
    page.goto(case_of(poll).get_absolute_url())
    expect(page.get_by_text("The crystals were seen.")).to_have_count(0)

    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Choose one answer, or add one.")).to_be_visible()
    assert complaints.pop().startswith("Failed to load resource")  # the 422 itself
    page.get_by_role("combobox", name="Another diagnosis").press_sequentially("boeck")
    page.get_by_role("option", name="Sarcoidosis").click()
    page.get_by_text("Rank more, say how sure, say why").click()
    page.get_by_label("Place 2").select_option(label="Gout")
    page.get_by_label("Why?").fill("Both ankles, and the eyes.")
    page.get_by_role("button", name="Answer", exact=True).click()

    expect(page.locator(".answer__status")).to_contain_text("2 answers given blind")
    expect(page.locator("#live-region")).to_contain_text("2 answers given blind")
    expect(page.get_by_text("The crystals were seen.")).to_be_visible()
    expect(page.get_by_text("Both ankles, and the eyes.")).to_be_visible()
    names = page.locator(".answer .bars").first.locator(".bars__name")
    assert ["Sarcoidosis" in name for name in names.all_inner_texts()].count(True) == 1
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    context.close()
    assert complaints == []
    ranks = (
        Answer.objects.order_by("-id").get(specialty="paediatrics").ranked_options.order_by("rank")
    )
    assert [rank.option.label for rank in ranks] == ["Sarcoidosis", "Gout"]


def test_an_answer_can_be_given_without_javascript(
    chromium: Browser,
    live_server: Any,
    osler: Viewer,
    blackwell: Viewer,
    garrett: Viewer,
    client_for: Callable[[Viewer], Client],
) -> None:
    poll = _answered_poll(osler, garrett)
    context, page, complaints = _open_browser(
        chromium, live_server, client_for(blackwell), java_script_enabled=False
    )
    page.goto(case_of(poll).get_absolute_url())

    page.get_by_label("Another diagnosis", exact=True).fill("Sarkoidosis")
    page.get_by_role("button", name="Look up the spelling").click()
    page.get_by_label("Sarcoidosis").check()
    page.get_by_role("button", name="Answer", exact=True).click()

    expect(page).to_have_url(re.compile(rf"#poll-{poll.public_id}$"))
    expect(page.get_by_text("2 answers given blind")).to_be_visible()
    expect(page.get_by_text("The crystals were seen.")).to_be_visible()
    page.get_by_text("Change your answer").click()
    page.get_by_label("Gout").first.check()
    page.get_by_role("button", name="Send the change").click()
    expect(page.get_by_text("Your answer after seeing the others stands.")).to_be_visible()
    context.close()
    assert [complaint for complaint in complaints if "422" not in complaint] == []


def test_polls_and_search_are_accessible_and_fit_the_screen(
    chromium: Browser,
    live_server: Any,
    osler: Viewer,
    blackwell: Viewer,
    garrett: Viewer,
    client_for: Callable[[Viewer], Client],
    axe_source: str,
) -> None:
    poll = _answered_poll(osler, garrett)
    for number in range(6):
        answer(make_viewer(f"colleague-{number}"), poll, "Lyme disease", "Gout", confidence=3)
    address = case_of(poll).get_absolute_url()
    for who in (garrett, blackwell):
        client = client_for(who)
        context, page, complaints = _open_browser(chromium, live_server, client)
        for path in (
            address,
            reverse("polls:detail", args=[poll.public_id]),
            reverse("polls:list"),
            f"{reverse('search:search')}?q=ankle",
            f"{reverse('search:search')}?q=nothing",
        ):
            page.goto(path)
            page.evaluate(
                "document.querySelectorAll('main details').forEach(d => { d.open = true })"
            )
            page.evaluate(axe_source)
            for width, scheme in LOOKS:
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=scheme)
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert (path, width, page.evaluate(AXE), over) == (path, width, [], 0)
        context.close()
        assert complaints == []
