"""The main job, from a stranger's first look to a solved case, on the processes of `make run`."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import PASSWORD, Person, code_mailed_to, new_address, photograph
from tests.waiting import wait_until

pytestmark = pytest.mark.browser
# Free numbers of the sample registers: one membership each, so each serves one test of one site.
BY_THE_WORKER = ("US", "2999000013", "Blake", "Placeholder")
TO_A_REVIEWER = ("US", "2999000021", "Casey", "Sampleton")


def sign_up(newcomer: Person, domain: str) -> str:
    address = new_address(domain)
    newcomer.goes("/accounts/signup/")
    newcomer.page.fill("input[name=email]", address)
    newcomer.page.fill("input[name=password1]", PASSWORD)
    newcomer.presses("Create account")
    postman = Person(newcomer.context, newcomer.context.new_page())
    code = code_mailed_to(postman, address)
    postman.page.close()
    newcomer.page.fill("input[name=code]", code)
    with newcomer.page.expect_navigation():
        newcomer.page.locator("main form button[type=submit]").first.click()
    return address


def apply(newcomer: Person, licence: tuple[str, str, str, str]) -> None:
    country, number, given, family = licence
    page = newcomer.page
    newcomer.goes("/join/country/")
    page.select_option("select[name=country]", country)
    newcomer.presses("Save and go on")
    page.fill("input[name=number]", number)
    page.fill("input[name=given_name]", given)
    page.fill("input[name=family_name]", family)
    page.fill("input[name=birth_date]", "1958-02-06")
    page.fill("input[name=graduation_year]", "1985")
    page.select_option("select[name=specialty]", "dermatology")
    newcomer.presses("Save and go on")
    newcomer.goes("/join/evidence/")
    newcomer.presses("Go on without a document")
    newcomer.goes("/join/consent/")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()
    newcomer.goes("/join/check/")
    newcomer.presses("Send for verification")


def enter(newcomer: Person) -> None:
    page = newcomer.page

    def may_enter() -> bool:
        newcomer.goes("/accounts/welcome/")
        return "/accounts/enter/" in page.url

    wait_until(may_enter, "the invitation to enter", poll_seconds=0.3)
    page.fill("input[name=handle]", f"story-{secrets.token_hex(4)}")
    page.check("input[name=wants_mail][value=no]")
    page.fill("input[name=password]", PASSWORD)
    newcomer.presses("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("recovery code")
    newcomer.presses("I have written it down")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")


def write_case(author: Person, title: str, *, picture: bytes | None) -> None:
    """Fast path, and a title to find it by."""
    page = author.page
    author.goes("/cases/new/")
    author.presses("Ask for help")
    if picture is not None:
        page.set_input_files(
            "#id_images",
            FilePayload(name="IMG_0001.jpg", mimeType="image/jpeg", buffer=picture),
        )
    page.check("input[name=preset][value=diagnosis]")
    page.select_option("select[name=specialty_1]", "dermatology")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.fill("input[name=title]", title)
    page.fill("input[name=option_1]", "Erythema migrans")
    page.fill("input[name=option_2]", "Tinea corporis")


def look_at_picture(author: Person) -> None:
    """Wait for the worker, look, accept what it found."""
    page = author.page
    look = page.get_by_role("button", name=re.compile("^Look at it"))
    look.first.wait_for()
    with page.expect_navigation():
        look.first.click()
    assert page.locator("[data-redaction]").count() >= 1
    page.fill("input[name=alt]", "Red rings on an arm, drawn by a program")
    author.presses("I have looked: black out and go on")


def publish(author: Person) -> str:
    page = author.page

    def is_ready() -> bool:
        author.presses("Check")
        if not page.get_by_text("Before it can be published").count():
            return True
        again = page.get_by_text("waits for your look").count()
        author.goes(page.url.replace("check/", ""))
        if again:  # the second look found something more
            look_at_picture(author)
        return False

    wait_until(is_ready, "a draft that can be published", poll_seconds=0.5)
    page.check("input[name=consent]")
    author.presses("Publish")
    assert re.search(r"/cases/[0-9a-z]{12}/", page.url), page.url
    return page.url.partition("#")[0].partition("?")[0]


def test_the_whole_story_on_a_phone(person: Callable[..., Person]) -> None:
    newcomer, colleague, moderator = person(), person(), person()
    sign_up(newcomer, "univhospital.example")
    apply(newcomer, BY_THE_WORKER)
    enter(newcomer)

    title = f"Rings after a walk {secrets.token_hex(3)}"
    write_case(newcomer, title, picture=photograph())
    look_at_picture(newcomer)
    case = publish(newcomer)

    colleague.signs_in("member02@mail.example")
    colleague.goes(case)
    expect(colleague.page.get_by_role("heading", level=1)).to_have_text(title)
    _nothing_of_the_patient_is_left(colleague)
    assert "bars__item" not in colleague.page.content()
    colleague.page.get_by_label("Tinea corporis").first.check()
    colleague.page.get_by_role("button", name="Answer", exact=True).click()
    colleague.page.get_by_text("Your answer counts at").wait_for()

    text = f"Looks like the bite of a tick {secrets.token_hex(3)}"
    _comment(colleague, case, text, shown_as="handle")
    waiting = f"I missed one like this {secrets.token_hex(3)}"
    _comment_anonymously(colleague, case, waiting)
    newcomer.goes(f"{case}solve/")
    newcomer.page.fill("input[name=diagnosis]", "Erythema migrans")
    for name in ("certainty", "established_by"):
        newcomer.page.locator(f"input[name={name}]").first.check()
    newcomer.presses("Mark as solved")
    newcomer.goes(case)
    expect(newcomer.page.get_by_text("Solved", exact=True).first).to_be_visible()

    reporter = person()
    reporter.signs_in("member04@mail.example")
    reporter.goes(case)
    expect(reporter.page.get_by_text(waiting)).to_have_count(0)
    _report(reporter, text)
    moderator.signs_in("moderator@mail.example")
    _hide(moderator, title)
    reporter.goes(case)
    expect(reporter.page.get_by_text(text)).to_have_count(0)
    reporter.goes("/log/")
    expect(reporter.page.get_by_text("comment: hidden").first).to_be_visible()
    assert not [*newcomer.complaints, *colleague.complaints, *reporter.complaints]


def _nothing_of_the_patient_is_left(reader: Person) -> None:
    """No Exif in what is served, and one solid colour where the name was."""
    image = reader.page.locator("figure img").first
    address = reader.page.evaluate(
        "e => e.closest('a')?.href || e.currentSrc || e.src", image.element_handle()
    )
    served = reader.context.request.get(address)
    assert served.status == 200
    assert "no-store" in served.headers["cache-control"]
    picture = Image.open(io.BytesIO(served.body()))
    assert picture.format == "WEBP"
    assert not picture.getexif()
    assert not {"exif", "xmp", "icc_profile"} & set(picture.info)
    scale = picture.width / 1600
    left, top, right, bottom = (round(edge * scale) for edge in (110, 95, 700, 165))
    name = picture.convert("L").crop((left, top, right, bottom))
    low, high = name.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    assert high - low < 40, "something can still be read where the name was"


def _comment(colleague: Person, case: str, text: str, *, shown_as: str) -> None:
    colleague.goes(case)
    form = colleague.page.locator("form", has=colleague.page.locator("textarea[name=text]")).last
    form.locator("textarea[name=text]").fill(text)
    form.locator(f"input[name=shown_as][value={shown_as}]").check()
    if form.locator("input[name=is_open]").count():
        form.locator("input[name=is_open]").check()
    form.get_by_role("button", name="Send").click()
    colleague.page.locator(".comment", has_text=text).first.wait_for()


def _comment_anonymously(colleague: Person, case: str, text: str) -> None:
    """Its author sees the comment and when it appears."""
    _comment(colleague, case, text, shown_as="anonymous")
    comment = colleague.page.locator(".comment", has_text=text).first
    expect(comment).not_to_contain_text("amber-owl")
    expect(comment).to_contain_text("Appears at")


def _report_details_and_undo(reporter: Person, case: str, text: str) -> None:
    """The marked words are hidden, and are back when the report is undone."""
    reporter.goes(case)
    comment = reporter.page.locator(".comment", has_text=text).first
    comment.get_by_role("link", name=re.compile("Report patient details")).click()
    reporter.page.check("input[name=details][value=name]")
    reporter.page.fill("textarea[name=marked]", text)
    reporter.presses("Hide and report")
    reporter.goes(case)
    expect(reporter.page.get_by_text(text)).to_have_count(0)
    expect(reporter.page.get_by_text("[hidden after a report]").first).to_be_visible()
    reporter.page.go_back()
    reporter.presses("Undo report")
    expect(reporter.page.get_by_text(text).first).to_be_visible()


def _report(reporter: Person, text: str) -> None:
    comment = reporter.page.locator(".comment", has_text=text).first
    comment.get_by_role("link", name=re.compile("Report a problem")).first.click()
    reporter.page.check("input[name=reason][value=harmful]")
    reporter.presses("Send the report")


def _hide(moderator: Person, title: str) -> None:
    moderator.goes("/moderation/")
    moderator.page.get_by_role("link", name=re.compile(re.escape(title))).first.click()
    moderator.page.select_option("select[name=reason]", "harmful")
    moderator.presses("Hide the post")
    expect(moderator.page.get_by_text("Hidden", exact=True).first).to_be_visible()


def test_the_same_path_without_javascript(person: Callable[..., Person]) -> None:
    newcomer = person(javascript=False)
    sign_up(newcomer, "mail.example")
    apply(newcomer, TO_A_REVIEWER)
    newcomer.goes("/join/status/")
    assert newcomer.page.get_by_role("heading", level=1).count() == 1

    author = person(javascript=False)
    author.signs_in("member06@mail.example")
    title = f"Without scripts {secrets.token_hex(3)}"
    page = author.page
    author.goes("/cases/new/")
    author.presses("Ask for help")
    page.check("input[name=preset][value=diagnosis]")
    page.select_option("select[name=specialty_1]", "dermatology")
    closed = page.locator("main details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    page.fill("input[name=title]", title)
    page.fill("input[name=complaint]", "A swollen toe since the morning")
    page.fill("input[name=option_1]", "Gout")
    page.fill("input[name=option_2]", "Pseudogout")
    case = publish(author)

    reader = person(javascript=False)
    reader.signs_in("member07@mail.example")
    reader.goes(case)
    assert "bars__item" not in reader.page.content()
    reader.page.get_by_label("Gout", exact=True).first.check()
    reader.presses("Answer")
    reader.goes(case)
    assert "Your answer counts at" in reader.page.content()
    text = f"The joint decides {secrets.token_hex(3)}"
    _comment(reader, case, text, shown_as="handle")
    waiting = f"Mine had no fever {secrets.token_hex(3)}"
    _comment_anonymously(reader, case, waiting)

    moderator = person(javascript=False)
    reporter = person(javascript=False)
    reporter.signs_in("member08@mail.example")
    reporter.goes(case)
    expect(reporter.page.get_by_text(waiting)).to_have_count(0)
    _report(reporter, text)
    moderator.signs_in("moderator@mail.example")
    _hide(moderator, title)
