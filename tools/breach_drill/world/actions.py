"""What one person does with a browser. Each act is a page fetched and a form sent; redirects are
followed, as browsers do.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from importlib import import_module
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings

from tools.breach_drill.world.browser import Browser, Fields, Unexpected
from tools.breach_drill.world.people import Person
from tools.breach_drill.world.stage import PlayContext

SESSION = dt.timedelta(days=6, hours=22)
HANDLE, ANONYMOUS = "handle", "anonymous"
# Of comments and votes, so many are sent from a page that was opened earlier.
OPEN_PAGES = 0.5
OK, CLOSED, GONE = 200, 409, 404
STEPS = 8  # of verification
_CASE = re.compile(r"/cases/([0-9a-z]{12})/")
_CHOICE = re.compile(r'name="choice"[^>]*value="([0-9a-f-]{36})"')
_POLL = re.compile(r'action="/polls/([0-9a-z]{12})/vote/"')
_CODE = re.compile(r"<code>([0-9a-z-]{39})</code>")


class Doctor:
    """A person at work: the device in use, and the pages they see."""

    def __init__(self, person: Person, stage: PlayContext) -> None:
        self.person, self.stage, self.browser = person, stage, Browser()
        self._signed_in_until = stage.clock.now

    # The way in.

    def sign_up(self) -> None:
        """An account, and its address confirmed."""
        browser, person = self.browser, self.person
        browser.get("/accounts/signup/")
        browser.submit({"email": person.email, "password1": person.password}, to="/signup/")
        self.stage.workers.drain()
        browser.submit({"code": self.stage.mailbox.code(person.email)}, to="/confirm-email/")

    def apply(self) -> None:
        """Through the forms of verification, as far as the worker decides."""
        person, browser = self.person, self.browser
        about = {"number": person.licence, "specialty": person.specialty}
        about |= {"given_name": person.given, "family_name": person.family}
        about |= {"birth_date": f"{2026 - person.age}-06-15"}
        about |= {"graduation_year": str(2051 - person.age)}
        forms: dict[str, tuple[str, Fields]] = {
            "licence": ("", about),
            "evidence": ("/skip/", {}),
            "consent": ("", dict.fromkeys(("register", "own_db", "contact"), "on")),
            "check": ("", {}),
            "identity": ("", {"street": "1 Test Lane", "city": "Testville"}),
        }
        browser.get("/join/country/")
        browser.submit({"country": "GB"})
        for _ in range(STEPS):
            step = urlsplit(browser.path).path.split("/")[2]
            if step not in forms:
                break
            browser.submit(forms[step][1], to=forms[step][0])
        self.stage.workers.drain()

    def enter(self) -> None:
        """Choose a handle and store the recovery code. The session alone tells the member id."""
        browser, person = self.browser, self.person
        browser.get("/accounts/welcome/")
        wants_mail = "yes" if person.wants_mail else "no"
        form = {"handle": person.handle, "wants_mail": wants_mail, "password": person.password}
        browser.submit(form)
        match = _CODE.search(browser.text)
        person.recovery_code = match.group(1) if match else ""
        browser.submit({"written_down": "yes"})
        self._signed_in_until = self.stage.clock.now + SESSION
        store = import_module(settings.SESSION_ENGINE).SessionStore
        session = store(browser.client.cookies[settings.SESSION_COOKIE_NAME].value)
        person.member_id = str(UUID(session["member_credential"]["member"]))

    # Coming back.

    def sign_in(self, *, browser: Browser | None = None) -> None:
        """With the password, where no session is left; on a new device at any time."""
        if browser is not None:
            self.browser = browser
        elif self.stage.clock.now < self._signed_in_until:
            return
        self._signed_in_until = self.stage.clock.now + SESSION
        self.browser.client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        self.browser.get("/accounts/login/")
        form = {"login": self.person.email, "password": self.person.password}
        self.browser.submit(form, to="/login/")

    def try_again(self) -> None:
        """Banned people come back: they sign in, and sign up anew with another address."""
        with suppress(Unexpected):  # refused at the end of the redirects
            self.sign_in(browser=self.browser)
        self.browser.get("/cases/")
        other = Browser()
        other.get("/accounts/signup/")
        form = {"email": f"again.{self.person.email}", "password1": self.person.password}
        other.submit(form, to="/signup/")
        self.stage.workers.drain()

    def change_password(self) -> None:
        self.browser.get("/accounts/password/change/")
        new = f"{self.stage.chance.getrandbits(80):x}-b"
        form = {"oldpassword": self.person.password, "password1": new, "password2": new}
        self.browser.submit(form)
        self.person.password = new

    def reset_password(self, *, known_device: bool) -> None:
        """By e-mail; on an unknown device the recovery code opens the membership."""
        person, browser = self.person, self.browser if known_device else Browser()
        browser.client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        browser.get("/accounts/password/reset/")
        browser.submit({"email": person.email}, to="/reset/")
        self.stage.workers.drain()
        browser.submit({"code": self.stage.mailbox.code(person.email)})
        person.password = f"{self.stage.chance.getrandbits(80):x}-c"
        browser.submit({"password1": person.password, "password2": person.password})
        self.sign_in(browser=browser)
        browser.get("/accounts/welcome/")
        if "/unlock/" in browser.path:
            browser.submit({"password": person.password, "code": person.recovery_code})

    # Taking part.

    def comment(self, case: str, text: str, shown_as: str) -> str:
        """A comment; the key its form carried, or "" where the case takes none."""
        browser, form = self.browser, {"text": text, "shown_as": shown_as, "is_open": "on"}
        key, to = str(uuid4()), f"/cases/{case}/comments/"
        if not self.stage.chance.share(OPEN_PAGES):
            browser.get(f"/cases/{case}/")
            if not browser.has_form("/comments/"):
                return ""
        done = browser.send(to, {**form, "idempotency_key": key})
        if done not in {OK, CLOSED, GONE}:
            raise Unexpected(f"a comment is answered with {done}: {browser.errors()}")
        return key if done == OK else ""

    def post_case(self, fields: Fields, *, shown_as: str) -> str:
        """A case through the composer; its address."""
        browser = self.browser
        browser.get("/cases/new/")
        browser.submit({"purpose": "ask"}, to="/cases/new/")
        draft = urlsplit(browser.path).path
        browser.submit({**fields, "do": "check"}, to=draft)
        if browser.has_form("/check/"):
            browser.submit({"replace": "all"}, to="/check/")
        browser.submit({"shown_as": shown_as, "consent": "on"}, to="/publish/")
        match = _CASE.search(browser.path)
        if match is None:
            raise Unexpected(f"not published: {browser.path} {browser.errors()}")
        return match.group(1)

    def vote(self, case: str) -> bool:
        """Answer the case's first poll that still takes an answer."""
        browser, known = self.browser, self.stage.polls
        if case not in known or not self.stage.chance.share(OPEN_PAGES):
            browser.get(f"/cases/{case}/")
            match, choices = _POLL.search(browser.text), _CHOICE.findall(browser.text)
            if match is None or not choices:
                return False
            known[case] = match.group(1), choices
        poll, choices = known[case]
        choice = self.stage.chance.choice(choices)
        return browser.send(f"/polls/{poll}/vote/", {"choice": choice}) == OK

    def press(self, page: str, button: str) -> None:
        """A form without fields, if the page has it."""
        self.browser.get(page)
        if self.browser.has_form(button):
            self.browser.submit({}, to=button)

    def leave(self, *, keeps_named: bool) -> None:
        self.browser.get("/me/data/leave/")
        named = "keep" if keeps_named else "remove"
        self.browser.submit({"named": named, "understood": "on", "password": self.person.password})
        self.stage.workers.drain()
        self.person.is_gone = True

    # As a moderator.

    def suspend(self, kind: str, item: str) -> None:
        """Ask that the author be suspended."""
        self.sign_in()
        address = f"/moderation/item/{kind}/{item}/"
        self.browser.get(address)
        form = {"reason": "abuse", "note": "Insults.", "is_confirmed": "yes"}
        self.browser.submit(form, to="/hide/", at=f"{address}suspend/")
