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
CLOSED, GONE = 409, 404
_CASE = re.compile(r"/cases/([0-9a-z]{12})/")
_CHOICE = re.compile(r'name="choice"[^>]*value="([0-9a-f-]{36})"')
_POLL = re.compile(r'action="/polls/([0-9a-z]{12})/vote/"')


class Doctor:
    """A person at work: devices, and the pages they see."""

    def __init__(self, person: Person, stage: PlayContext) -> None:
        self.person = person
        self.stage = stage
        self.browser = Browser()
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
        browser = self.browser
        browser.get("/join/country/")
        browser.submit({"country": "GB"})
        for _ in range(8):
            step = self._step(urlsplit(browser.path).path)
            if step is None:
                break
            browser.submit(step[1], to=step[0])
        else:
            raise Unexpected(f"verification does not end: {browser.path}")
        self.stage.workers.drain()

    def _step(self, path: str) -> tuple[str, Fields] | None:
        """Form and answers for a step of verification; None at its end."""
        person = self.person
        if path.startswith("/join/licence/"):
            return "", {
                "number": person.licence,
                "given_name": person.given,
                "family_name": person.family,
                "birth_date": f"{2026 - person.age}-06-15",
                "graduation_year": str(2051 - person.age),
                "specialty": person.specialty,
            }
        if path.startswith("/join/evidence/"):
            return "/skip/", {}
        if path.startswith("/join/consent/"):
            return "", dict.fromkeys(("register", "own_db", "contact"), "on")
        if path.startswith("/join/check/"):
            return "", {}
        if path.startswith("/join/identity/"):
            return "", {"street": "1 Test Lane", "city": "Testville"}
        return None

    def enter(self) -> None:
        """Choose a handle and store the recovery code."""
        browser, person = self.browser, self.person
        browser.get("/accounts/welcome/")
        if "/enter/" not in browser.path:
            raise Unexpected(f"not approved: {browser.path}")
        wants_mail = "yes" if person.wants_mail else "no"
        form = {"handle": person.handle, "wants_mail": wants_mail, "password": person.password}
        browser.submit(form, to="")
        match = re.search(r"<code>([0-9a-z-]{39})</code>", browser.text)
        person.recovery_code = match.group(1) if match else ""
        browser.submit({"written_down": "yes"})
        self._signed_in_until = self.stage.clock.now + SESSION
        person.member_id = self._member_id()

    def _member_id(self) -> str:
        """Read from the own session: no table says it."""
        store = import_module(settings.SESSION_ENGINE).SessionStore
        session = store(self.browser.client.cookies[settings.SESSION_COOKIE_NAME].value)
        return str(UUID(session["member_credential"]["member"]))

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
        self._signed_in_until = self.stage.clock.now
        with suppress(Unexpected):  # refused at the end of the redirects
            self.sign_in()
        self.browser.get("/cases/")
        other = Browser()
        other.get("/accounts/signup/")
        form = {"email": f"again.{self.person.email}", "password1": self.person.password}
        other.submit(form, to="/signup/")
        self.stage.workers.drain()

    def change_password(self) -> None:
        self.sign_in()
        self.browser.get("/accounts/password/change/")
        new = f"{self.stage.chance.getrandbits(80):x}-b"
        form = {"oldpassword": self.person.password, "password1": new, "password2": new}
        self.browser.submit(form, to="")
        self.person.password = new

    def reset_password(self, *, known_device: bool) -> None:
        """By e-mail; on an unknown device the recovery code opens the membership."""
        person = self.person
        browser = self.browser if known_device else Browser()
        browser.client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        self._signed_in_until = self.stage.clock.now
        browser.get("/accounts/password/reset/")
        browser.submit({"email": person.email}, to="/reset/")
        self.stage.workers.drain()
        browser.submit({"code": self.stage.mailbox.code(person.email)})
        person.password = f"{self.stage.chance.getrandbits(80):x}-c"
        browser.submit({"password1": person.password, "password2": person.password})
        self.sign_in(browser=browser)
        self.browser.get("/accounts/welcome/")
        if "/unlock/" in self.browser.path:
            self.browser.submit({"password": person.password, "code": person.recovery_code})

    # Taking part.

    def comment(self, case: str, text: str, *, shown_as: str) -> str:
        """A comment; the key its form carried, or "" where the case takes none."""
        browser, form = self.browser, {"text": text, "shown_as": shown_as, "is_open": "on"}
        if self._has_it_open():
            key = str(uuid4())
            done = browser.send(f"/cases/{case}/comments/", {**form, "idempotency_key": key})
            if done not in {200, CLOSED, GONE}:
                raise Unexpected(f"a comment is answered with {done}: {browser.errors()}")
            return key if done == 200 else ""
        browser.get(f"/cases/{case}/")
        if "/login/" not in browser.path and not browser.has_form("/comments/"):
            return ""
        key = str(browser.form("/comments/")[1]["idempotency_key"])
        browser.submit(form, to="/comments/")
        return key

    def _has_it_open(self) -> bool:
        """Whether the form is sent from a page opened earlier, without a new look at the case."""
        return self.stage.chance.share(OPEN_PAGES)

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
        if case in known and self._has_it_open():
            poll, choices = known[case]
            choice = self.stage.chance.choice(choices)
            return browser.send(f"/polls/{poll}/vote/", {"choice": choice}) == 200
        browser.get(f"/cases/{case}/")
        match, choices = _POLL.search(browser.text), _CHOICE.findall(browser.text)
        if match is None or not choices:
            return False
        known[case] = match.group(1), choices
        choice = self.stage.chance.choice(choices)
        browser.submit({"choice": choice}, to=f"/polls/{match.group(1)}/vote/")
        return True

    def follow(self, case: str) -> None:
        """As the page advises after something anonymous."""
        self.browser.get(f"/cases/{case}/")
        if self.browser.has_form("/follow/"):
            self.browser.submit({}, to="/follow/")

    def read_inbox(self) -> None:
        self.browser.get("/inbox/")
        if self.browser.has_form("/inbox/read/"):
            self.browser.submit({}, to="/inbox/read/")

    def leave(self, *, keeps_named: bool) -> None:
        self.sign_in()
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
        form = {"reason": "abuse", "note": "Insults."}
        self.browser.submit(form, to="/hide/", at=f"{address}suspend/")

    def confirm(self) -> None:
        """As the second moderator: agree to the first sanction that waits."""
        self.sign_in()
        self.browser.get("/moderation/")
        if self.browser.has_form("/confirm/"):
            self.browser.submit({}, to="/confirm/")
