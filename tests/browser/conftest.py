"""A real Chromium against a site that `make run` started; SERMO_STORY_URL says where."""

from __future__ import annotations

import io
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.waiting import MAX_WAIT_SECONDS, wait_until

URL = os.environ.get("SERMO_STORY_URL", "").rstrip("/")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
expect.set_options(timeout=MAX_WAIT_SECONDS * 1000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "synthetic pass phrase"
CODE = r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4})$"
PATIENT = "ZZTEST PATIENT"


@pytest.fixture(autouse=True, scope="session")
def _needs_a_site() -> None:
    """Before any browser starts: its loop would stay in a process that runs other tests too."""
    if not URL or not CHROMIUM:
        pytest.skip("needs a running site (SERMO_STORY_URL) and a Chromium; .ci/run brings both")


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """The site is on this machine."""


@pytest.fixture(scope="session")
def browser(_needs_a_site: None) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=MAX_WAIT_SECONDS * 1000
        )
        yield chromium
        chromium.close()


@dataclass
class Person:
    """Somebody at a browser of their own."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def goes(self, path: str) -> int:
        answer = self.page.goto(path if path.startswith("http") else URL + path)
        assert answer is not None
        return answer.status

    def presses(self, name: str) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    def signs_in(self, email: str) -> None:
        self.goes("/accounts/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", PASSWORD)
        self.presses("Sign in")


@pytest.fixture
def person(browser: Browser) -> Iterator[Callable[..., Person]]:
    """A phone of 390 x 844; `javascript=False` switches scripts off."""
    opened: list[BrowserContext] = []

    def open_phone(*, javascript: bool = True, width: int = 390) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, java_script_enabled=javascript
        )
        context.set_default_timeout(MAX_WAIT_SECONDS * 1000)
        opened.append(context)
        visitor = Person(context, context.new_page())
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    yield open_phone
    for context in opened:
        context.close()


def new_address(domain: str) -> str:
    return f"newcomer-{secrets.token_hex(5)}@{domain}"


def code_mailed_to(reader: Person, address: str) -> str:
    """The newest code in the demonstration's post office for this address."""
    codes: list[str] = []

    def has_come() -> bool:
        reader.goes("/demo/mail/")
        row = reader.page.locator("li", has_text=address).first
        if row.count():
            row.locator("a").click()
            codes.extend(re.findall(CODE, _letter(reader), re.MULTILINE))
        return bool(codes)

    wait_until(has_come, "the mail with the code", poll_seconds=0.3)
    return codes[0]


def _letter(reader: Person) -> str:
    return reader.page.locator("pre").inner_text()


def photograph() -> bytes:
    """A JPEG that holds a place in its Exif and a name burned into its pixels."""
    picture = Image.new("RGB", (1600, 1200), (198, 150, 132))
    draw = ImageDraw.Draw(picture)
    for ring in range(4):
        draw.ellipse(
            (220 + 260 * ring, 560, 400 + 260 * ring, 740), outline=(150, 60, 50), width=26
        )
    draw.rectangle((60, 60, 900, 190), fill=(250, 250, 250))
    draw.text((90, 85), PATIENT, fill=(10, 10, 10), font=ImageFont.load_default(84))
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 5.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=92)
    return out.getvalue()
