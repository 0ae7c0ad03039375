"""The pages about reports of patient details in a real Chromium, in every size and scheme."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image as Pillow
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cases.models import Case, Image
from cases.policies import HIDDEN_WORDS
from sermo.core.storage import storage_for
from sermo.members.viewer import Viewer
from sermo.moderation.services import reporters
from tests.factories import client_for, make_case, make_comment, make_viewer
from tests.interface.test_browser import AXE, SCHEMES
from tests.moderation.marking import make_picture, report_words
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases="__all__")]
SIZES = [(320, 640), (390, 844), (1440, 900)]
NAME = "Zachary Placeholder"
SignIn = Callable[..., Page]


@pytest.fixture
def signed_in(chromium: Browser, live_server: Any) -> Iterator[SignIn]:
    """A page of a browser in which this member is signed in."""
    contexts: list[BrowserContext] = []

    def sign_in(viewer: Viewer, *, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": 390, "height": 844},
            java_script_enabled=javascript,
        )
        context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
        name = settings.SESSION_COOKIE_NAME
        cookie = client_for(viewer).cookies[name].value
        context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield sign_in
    for context in contexts:
        context.close()


def make_story(author: Viewer) -> tuple[Case, Image]:
    """A case with a name in its history and in a comment, and a picture."""
    case = make_case(
        author,
        title="Red rings on the arm after a walk",
        history=f"A man of 40 years. {NAME} was bitten by a tick three weeks ago, and has fever.",
    )
    make_comment(author, case, text=f"{NAME} was here again today.", kind="update")
    image = make_picture(case, alt="Red rings on an arm")
    drawn = io.BytesIO()
    Pillow.new("RGB", (480, 320), (198, 150, 132)).save(drawn, "WEBP")
    storage_for("images").save(image.renditions["480"][0], ContentFile(drawn.getvalue()))
    return case, image


def address(name: str, item: Case | Image) -> str:
    kind = "case" if isinstance(item, Case) else "picture"
    return reverse(f"moderation:{name}", args=[kind, item.public_id])


def check(page: Page, axe_source: str, name: str) -> None:
    """Accessible, and without a sideways scroll, in every size and scheme."""
    page.evaluate(axe_source)
    for (width, height), scheme in itertools.product(SIZES, SCHEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        violations = page.evaluate(AXE)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (name, width, scheme, violations, over) == (name, width, scheme, [], 0)


def test_axe_finds_nothing_on_the_pages_of_reports(
    signed_in: SignIn, axe_source: str, osler: Viewer, blackwell: Viewer, moderator: Viewer
) -> None:
    case, image = make_story(osler)
    reporter, author, moderating = (signed_in(who) for who in (blackwell, osler, moderator))

    for item in (case, image):
        reporter.goto(address("patient-details", item))
        check(reporter, axe_source, "asks")
    reporter.goto(address("patient-details", case))
    reporter.get_by_label("Name, initials or signature").check()
    reporter.get_by_label("Where is it?").fill("Quentin")
    reporter.get_by_role("button", name="Hide and report").click()
    expect(reporter.locator(".error-summary")).to_be_focused()
    check(reporter, axe_source, "errors")
    marked = report_words(blackwell, case, NAME)
    report_words(blackwell, image)
    reporters.stop_reporter(moderator=moderator, report=marked, item=case)

    pages = [
        (reporter, address("reported", case)),
        (reporter, case.get_absolute_url()),
        (reporter, reverse("moderation:report", args=["case", case.public_id])),
        (reporter, reverse("moderation:log")),
        (author, case.get_absolute_url()),
        (author, address("correct", case)),
        (author, address("correct", image)),
        (moderating, case.get_absolute_url()),
        (moderating, reverse("moderation:queue")),
        (moderating, address("item", case)),
        (moderating, address("item", image)),
    ]
    for page, path in pages:
        page.goto(path)
        check(page, axe_source, path)
    moderating.goto(address("item", case))
    moderating.get_by_role("button", name="Suspend the author").click()
    expect(moderating.get_by_role("heading", level=1)).to_have_text("Suspend the author")
    check(moderating, axe_source, "suspend")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_report_its_correction_and_undoing_work_with_and_without_javascript(
    signed_in: SignIn, osler: Viewer, blackwell: Viewer, javascript: bool
) -> None:
    case, _image = make_story(osler)
    page = signed_in(blackwell, javascript=javascript)

    def report() -> None:
        page.goto(case.get_absolute_url())
        page.get_by_role("link", name="Report patient details", exact=True).first.click()
        page.get_by_label("Name, initials or signature").check()
        page.get_by_label("Where is it?").fill(f"  {NAME.lower()} ")
        page.get_by_role("button", name="Hide and report").click()

    report()
    page.get_by_role("button", name="Undo report").click()
    expect(page.get_by_text(NAME).first).to_be_visible()
    report()
    page.get_by_role("link", name="Back to the post").click()
    expect(page.get_by_text(HIDDEN_WORDS).first).to_be_visible()
    assert f"{NAME} was bitten" not in page.content()

    author = signed_in(osler, javascript=javascript)
    author.goto(case.get_absolute_url())
    author.get_by_role("link", name="Correct the reported words").first.click()
    author.get_by_label(f"New words for “{NAME.lower()}”").fill("The patient")
    author.get_by_role("button", name="Change text").click()

    expect(author.get_by_text("The patient was bitten")).to_be_visible()
    page.reload()
    expect(page.get_by_text("The patient was bitten")).to_be_visible()


def test_a_moderator_shows_a_post_again_with_one_key(
    signed_in: SignIn, osler: Viewer, moderator: Viewer
) -> None:
    first, second = make_story(osler)[0], make_story(osler)[0]
    for case in (first, second):
        report_words(make_viewer(f"reporter-{case.public_id}"), case, NAME)
    page = signed_in(moderator)

    page.goto(reverse("moderation:queue"))
    page.wait_for_load_state("networkidle")
    page.keyboard.press("r")  # no post is chosen yet
    page.keyboard.press("j")
    expect(page.locator("[data-item][aria-current]")).to_have_count(1)
    with page.expect_navigation():
        page.keyboard.press("r")

    expect(page.get_by_text("Visible again.")).to_be_visible()
    shown = [case for case in Case.objects.all() if NAME in case.history]
    assert len(shown) == 1
