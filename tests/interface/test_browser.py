"""The elements in a real Chromium: accessible in every size, alive under the strict policy."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from django.conf import settings
from django.template import Context, Template
from django.templatetags.static import static
from playwright.sync_api import Browser, FilePayload, Page, Request, Route, expect

from sermo.core.middleware import MARKUP_HEADER
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases="__all__")]

SIZES = [(390, 844), (1440, 900)]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES = ["/styleguide/", "/", "/privacy/", "/rules/", "/help/", "/offline/", "/nothing-here/"]
AXE = "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => v.id))"


# A module that the page asked for is bound to its elements before a later import of it returns.
MODULES_ARE_BOUND = """async () => {
  await import(document.querySelector('script[type=module]').src);
  const { modules } = JSON.parse(document.getElementById('ui-data').textContent);
  await Promise.all(Object.values(modules).map((address) => import(address)));
}"""


def opens(page: Page, path: str = "/styleguide/") -> None:
    """The page with the modules it asks for, which come after its load event."""
    page.goto(path)
    page.evaluate(MODULES_ARE_BOUND)


def posts(page: Page) -> list[str]:
    """The addresses that will have been sent to, filled while the page lives."""
    sent: list[str] = []

    def keep(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", keep)
    return sent


def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    chromium: Browser, live_server: Any, axe_source: str
) -> None:
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        page.evaluate(axe_source)
        for (width, height), scheme in itertools.product([*SIZES, (320, 640)], SCHEMES):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            violations = page.evaluate(AXE)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert (path, width, scheme, violations, over) == (path, width, scheme, [], 0)
    context.close()


def test_a_dialog_gives_the_focus_back(page: Page) -> None:
    opens(page)

    page.click("[data-dialog=about]")
    expect(page.locator("#about")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("[data-dialog=about]:focus")).to_have_count(1)


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(page: Page) -> None:
    opens(page)

    expect(page.locator(".error-summary")).to_be_focused()
    page.click(".error-summary a >> nth=0")

    expect(page.locator("#id_bad-title")).to_be_focused()


def test_plain_keys_move_through_a_list_and_list_themselves(page: Page) -> None:
    opens(page)
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")

    expect(page.locator("[data-item][aria-current]")).to_have_count(1)


def test_keys_are_letters_while_somebody_writes(page: Page) -> None:
    opens(page)

    page.fill("#id_title", "")
    page.locator("#id_title").press_sequentially("j?")

    assert page.input_value("#id_title") == "j?"
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_the_combobox_offers_and_takes(page: Page) -> None:
    page.route(
        "**/styleguide/?options=1*",
        lambda route: route.fulfill(
            json=[{"value": "E27.1", "label": "Addison's disease", "note": "E27.1"}]
        ),
    )
    opens(page)

    page.locator("#dx").press_sequentially("addi")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    assert page.input_value("#dx") == "Addison's disease"
    expect(page.locator("#dx")).to_have_attribute("aria-expanded", "false")


def test_whoever_types_before_the_combobox_is_there_keeps_the_caret_and_is_offered(
    page: Page,
) -> None:
    held: list[Route] = []
    page.route("**/combobox*.js", lambda route: held.append(route))
    page.route(
        "**/styleguide/?options=1*",
        lambda route: route.fulfill(json=[{"value": "E27.1", "label": "Addison's disease"}]),
    )
    page.goto("/styleguide/")
    page.locator("#dx").press_sequentially("addi")
    page.keyboard.press("ArrowLeft")

    held[0].continue_()
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.type("x")

    assert page.input_value("#dx") == "addxi"


def test_a_ranked_list_moves_by_buttons_and_tells_it(page: Page) -> None:
    opens(page)

    page.click("[data-ranked-item] >> nth=0 >> [data-move] >> nth=1")

    assert page.input_value("[name=rank_a]") == "2"
    assert page.input_value("[name=rank_b]") == "1"
    expect(page.locator("#live-region")).to_have_text("Addison's disease is now number 2 of 2.")


def test_a_form_pressed_twice_is_sent_once(page: Page) -> None:
    sent = posts(page)
    opens(page)

    with page.expect_navigation():
        page.evaluate(
            "const f = document.querySelector('form[action=\"/theme/\"]');"
            "f.requestSubmit(); f.requestSubmit(); f.requestSubmit()"
        )

    assert len(sent) == 1


def test_the_chosen_theme_is_there_before_the_page_is_drawn(page: Page) -> None:
    opens(page)

    page.check("input[name=theme][value=dark]")
    with page.expect_navigation():
        page.click("text=Save appearance")

    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_policy_stops_an_injected_script(chromium: Browser, live_server: Any) -> None:
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
    page = context.new_page()
    opens(page)

    page.evaluate(
        "const s = document.createElement('script'); s.type = 'text/javascript';"
        "try { s.textContent = 'window.ran = 1'; document.head.append(s) } catch {}"
    )
    refused = page.evaluate(
        "() => { try { document.getElementById('live-region').innerHTML ="
        " '<img src=/x onerror=\"window.ran = 1\">' } catch (error) { return error.name } }"
    )

    assert refused == "TypeError"
    assert page.evaluate("window.ran === undefined")
    context.close()


def test_offline_the_shell_answers_and_no_case_is_kept(page: Page) -> None:
    opens(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    cached_paths = page.evaluate(
        "caches.keys().then(async names => (await Promise.all(names.map(async name =>"
        " (await (await caches.open(name)).keys()).map(r => new URL(r.url).pathname)))).flat())"
    )

    assert "/offline/" in cached_paths
    assert all(path == "/offline/" or path.startswith(settings.STATIC_URL) for path in cached_paths)


# --- What needs a page of its own: a bench in the site's frame, answered by the test -------------


@pytest.fixture
def bench(page: Page) -> Callable[[str], None]:
    """Open a page whose main part is the given template source."""

    def open_bench(source: str) -> None:
        template = '{% extends "base.html" %}{% block main %}<h1>Bench</h1>' + source
        html = Template(template + "{% endblock %}").render(Context({}))
        page.route("**/bench/", lambda route: route.fulfill(body=html, content_type="text/html"))
        opens(page, "/bench/")

    return open_bench


DRAFT = """
<form method="post" action="/bench/" class="form" data-autosave="/bench/save/">
  <input type="hidden" name="version" value="3">
  <div class="field"><label for="t">Title</label><input id="t" name="title"></div>
  <p class="save-status" data-autosave-status></p>
  <button class="button" type="submit" data-confirm="Publish this?">Publish</button>
</form>
"""


# A draft saves itself so long after the last key.
AUTOSAVE_MS = 2000


def stop_the_clock(page: Page) -> None:
    """From here on the page's time moves only when a test moves it."""
    page.clock.pause_at(dt.datetime.now() + dt.timedelta(hours=1))  # noqa: DTZ005  # the browser's


def test_a_draft_saves_itself_and_carries_the_version_on(
    page: Page, bench: Callable[[str], None]
) -> None:
    bodies: list[str] = []

    def save(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        route.fulfill(json={"version": 4})

    page.route("**/bench/save/", save)
    page.clock.install()
    bench(DRAFT)
    stop_the_clock(page)

    page.locator("#t").press_sequentially("Painless swelling")
    page.clock.run_for(AUTOSAVE_MS)

    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved")
    assert page.input_value("[name=version]") == "4"
    assert len(bodies) == 1
    assert "Painless swelling" in bodies[0]


def test_a_stale_tab_gets_both_texts(chromium: Browser, live_server: Any) -> None:
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
    page = context.new_page()
    answers = [
        (409, {"version": 9, "fields": {"title": "The other text"}}),
        (200, {"version": 10}),
    ]

    def save(route: Route) -> None:
        status, body = answers.pop(0)
        route.fulfill(status=status, body=json.dumps(body), content_type="application/json")

    html = Template('{% extends "base.html" %}{% block main %}' + DRAFT + "{% endblock %}")
    body = html.render(Context({}))
    page.route("**/bench/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.route("**/bench/save/", save)
    page.clock.install()
    opens(page, "/bench/")
    stop_the_clock(page)

    page.locator("#t").press_sequentially("My text")
    page.clock.run_for(AUTOSAVE_MS)
    expect(page.locator(".edit-conflict pre")).to_have_text(["My text", "The other text"])
    page.click("text=Take the other text")
    page.click("text=Save what stands in the form")

    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved")
    assert page.input_value("#t") == "The other text"
    assert page.input_value("[name=version]") == "10"
    context.close()


def test_what_cannot_be_undone_is_asked_first(page: Page, bench: Callable[[str], None]) -> None:
    bench(DRAFT.replace('data-autosave="/bench/save/"', ""))
    sent = posts(page)

    page.click("text=Publish")
    expect(page.locator("#confirm-title")).to_have_text("Publish this?")
    page.keyboard.press("Escape")
    assert sent == []
    page.click("text=Publish")
    with page.expect_navigation():
        page.click("[data-confirm-accept]")

    assert len(sent) == 1


def test_each_file_has_its_line_its_reason_and_another_try(
    chromium: Browser, live_server: Any
) -> None:
    context = chromium.new_context(base_url=live_server.url)
    context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
    page = context.new_page()
    source = """{% extends "base.html" %}{% block main %}
    <div class="uploader" data-uploader="/bench/up/"><label for="f">Pictures</label>
      <input type="file" id="f" name="images" multiple><ul class="uploads" data-uploads></ul></div>
    {% endblock %}"""
    body = Template(source).render(Context({}))
    answers = ["abort", (422, "Too many pixels"), (200, "Being cleaned")]

    def upload(route: Route) -> None:
        answer = answers.pop(0)
        if answer == "abort":
            route.abort()
            return
        status, words = answer
        route.fulfill(
            status=int(status),
            body=f'<li class="upload">{words}</li>',
            headers={"Content-Type": "text/html", MARKUP_HEADER: "template"},
        )

    page.route("**/bench/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.route("**/bench/up/", upload)
    opens(page, "/bench/")
    file = FilePayload(name="x.png", mimeType="image/png", buffer=b"not a picture")

    page.set_input_files("#f", [file])
    expect(page.locator("[data-uploads] li")).to_contain_text("No connection")
    page.click("text=Try again")
    expect(page.locator("[data-uploads] li")).to_have_text("Too many pixels")
    page.set_input_files("#f", [file])

    expect(page.locator("[data-uploads] li").last).to_have_text("Being cleaned")
    context.close()


def viewer_source() -> str:
    large, small = static("icons/sermo-512.png"), static("icons/sermo-192.png")
    link = f'<img src="{small}" width="192" height="192" alt="A mark">'
    return "".join(f'<a id="v{n}" href="{large}" data-viewer="a">{link}</a>' for n in (1, 2))


def test_the_viewer_turns_leafs_and_returns_to_the_thumbnail(
    page: Page, bench: Callable[[str], None]
) -> None:
    bench(viewer_source())

    page.click("#v1")
    expect(page.locator(".viewer__count")).to_have_text("1 of 2")
    page.keyboard.press("+")
    page.keyboard.press("r")
    turned = page.evaluate("document.querySelector('.viewer img').style.transform")
    page.keyboard.press("0")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".viewer__count")).to_have_text("2 of 2")
    page.keyboard.press("Escape")

    assert "rotate(90deg) scale(1.5)" in turned
    expect(page.locator("#v2")).to_be_focused()


def redaction_editor_source() -> str:
    fields = "".join(
        f'<input type="number" name="b-0-{name}" aria-label="{name}" data-{name} value="{value}">'
        for name, value in (("x", 50), ("y", 60), ("w", 100), ("h", 80))
    )
    fields += '<input type="checkbox" name="b-0-gone" aria-label="gone" data-is-removed>'
    return (
        '<div data-redaction-editor data-width="512" data-height="512">'
        f'<img src="{static("icons/sermo-512.png")}" width="512" height="512" alt="x">'
        '<input type="hidden" name="b-TOTAL_FORMS" value="1">'
        f"<div data-redaction>{fields}</div>"
        "<template data-redaction-template>"
        f"<div data-redaction>{fields.replace('b-0-', 'b-__prefix__-')}</div>"
        "</template></div>"
    )


def values(page: Page, number: int) -> list[int]:
    return [int(page.input_value(f"[name=b-{number}-{name}]")) for name in "xywh"]


def test_redactions_follow_keys_mouse_and_number_fields(
    page: Page, bench: Callable[[str], None]
) -> None:
    bench(redaction_editor_source())
    redaction = page.locator(".redaction-editor__redaction").first

    redaction.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert values(page, 0) == [54, 60, 100, 84]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert values(page, 0) == [50, 60, 100, 80]
    page.fill("[name=b-0-x]", "0")
    assert redaction.evaluate("element => element.style.left") == "0%"

    # Taller than the screen, and the field below it has the focus: its upper part is out of sight.
    page.evaluate("scrollTo(0, 0)")
    area = page.locator(".redaction-editor__canvas").bounding_box()
    assert area
    unit = 512 / area["width"]
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 4)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.75, area["y"] + area["height"] * 0.4, steps=3)
    page.mouse.up()
    assert page.input_value("[name=b-TOTAL_FORMS]") == "2"
    assert values(page, 1)[0] == pytest.approx(area["width"] / 2 * unit, abs=2)

    page.keyboard.press("Delete")
    assert page.is_checked("[name=b-1-gone]")
    expect(page.locator(".redaction-editor__redaction:visible")).to_have_count(1)
