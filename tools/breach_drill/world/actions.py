"""What one person does with a browser. Each act is a page fetched and a form sent."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tools.breach_drill.world.browser import Browser, Fields, Unexpected
from tools.breach_drill.world.context import PlayContext
from tools.breach_drill.world.people import Person

SESSION_COOKIE = "__Host-session"
SESSION = dt.timedelta(days=6, hours=22)
HANDLE, ANONYMOUS, REAL_NAME = "handle", "anonymous", "real"
# Of comments and votes, so many are sent from a page that was opened earlier.
OPEN_PAGES = 0.65
CLOSED, GONE = 409, 404
_CASE = re.compile(r"/cases/([0-9a-z]{12})/")
_CHOICE = re.compile(r'name="choice"[^>]*value="([0-9a-f-]{36})"')
_POLL = re.compile(r'action="/polls/([0-9a-z]{12})/vote/"')


class Doctor:
    """A person at work: devices, and the pages they see."""

    def __init__(self, person: Person, stage: PlayContext) -> None:
        self.person = person
        self.stage = stage
        self.devices = [Browser()]
        self._signed_in_until = stage.clock.now

    @property
    def browser(self) -> Browser:
        return self.devices[-1]

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
        browser, person = self.browser, self.person
        browser.get("/join/country/")
        browser.submit({"country": person.country})
        for _ in range(8):
            reported = self._told(urlsplit(browser.path).path)
            if reported is None:
                break
            browser.submit(reported[1], to=reported[0])
        else:
            raise Unexpected(f"verification does not end: {browser.path}")
        self.stage.workers.drain()
        self._enter_code()

    def _told(self, path: str) -> tuple[str, Fields] | None:
        """Form and answers for a step of verification; None at its end."""
        person = self.person
        if path.startswith("/join/licence/"):
            return "", {
                "number": person.licence,
                "given_name": person.given,
                "family_name": person.family,
                "birth_date": person.born.isoformat(),
                "graduation_year": str(person.degree_year),
                "specialty": person.specialty,
            }
        if path.startswith("/join/evidence/"):
            return "/skip/", {}
        if path.startswith("/join/consent/"):
            return "", dict.fromkeys(("register", "own_db", "contact"), "on")
        if path.startswith("/join/check/"):
            return "", {}
        if path.startswith("/join/identity/"):
            return "", {"street": "1 Test Lane", "city": "Testville", "state": person.state}
        return None

    def _enter_code(self) -> None:
        """The code that went to the register's mailbox, where one was asked for."""
        browser = self.browser
        browser.get("/join/status/")
        if not browser.has_form("/code/"):
            return
        code = self.stage.mailbox.code(self.person.mailbox)
        browser.submit({"code": code}, to="/code/")
        self.stage.workers.drain()

    def enter(self) -> None:
        """Choose a handle and store the recovery code."""
        browser, person = self.browser, self.person
        browser.get("/accounts/welcome/")
        if "/enter/" not in browser.path:
            raise Unexpected(f"{person.country} was not approved: {browser.path}")
        browser.submit(
            {
                "handle": person.handle,
                "wants_mail": "yes" if person.wants_mail else "no",
                "password": person.password,
            },
            to="",
        )
        match = re.search(r"<code>([0-9a-z-]{39})</code>", browser.text)
        person.recovery_code = match.group(1) if match else ""
        browser.submit({"written_down": "yes"}, follow=False)
        self._signed_in_until = self.stage.clock.now + SESSION

    # Coming back.

    def sign_in(self, *, browser: Browser | None = None) -> None:
        """With the password, where no session is left; with a new device at any time."""
        if browser is not None:
            self.devices.append(browser)
        elif self.stage.clock.now < self._signed_in_until:
            return
        self._signed_in_until = self.stage.clock.now + SESSION
        self.browser.client.cookies.pop(SESSION_COOKIE, None)
        self.browser.get("/accounts/login/")
        reported = {"login": self.person.email, "password": self.person.password}
        self.browser.submit(reported, to="/login/", follow=False)

    def reset_password(self, *, known_device: bool) -> None:
        """By e-mail; on an unknown device the recovery code opens the membership."""
        person = self.person
        browser = self.browser if known_device else Browser()
        browser.client.cookies.pop(SESSION_COOKIE, None)
        self._signed_in_until = self.stage.clock.now
        browser.get("/accounts/password/reset/")
        browser.submit({"email": person.email}, to="/reset/")
        self.stage.workers.drain()
        browser.submit({"code": self.stage.mailbox.code(person.email)})
        person.password = f"{self.stage.chance.getrandbits(80):x}-anew"
        person.is_weak = False
        browser.submit({"password1": person.password, "password2": person.password})
        self.sign_in(browser=None if known_device else browser)
        self.browser.get("/accounts/welcome/")
        if "/unlock/" in self.browser.path:
            reported = {"password": person.password, "code": person.recovery_code}
            self.browser.submit(reported)

    # Taking part.

    def look(self) -> list[str]:
        """The feed; addresses of the cases on it."""
        text = self.browser.get("/cases/")
        return list(dict.fromkeys(_CASE.findall(text)))

    def comment(self, case: str, text: str, *, shown_as: str) -> str:
        """A comment; the key its form carried, or "" where a moderator has closed the case."""
        browser, reported = self.browser, {"text": text, "shown_as": shown_as, "is_open": "on"}
        if self._has_it_open():
            key = str(uuid4())
            to = f"/cases/{case}/comments/"
            done = browser.send(to, {**reported, "idempotency_key": key})
            if done not in {200, CLOSED, GONE}:
                raise Unexpected(f"{to} answers {done}: {browser.errors()}")
            return key if done == 200 else ""
        browser.get(f"/cases/{case}/")
        if "/login/" not in browser.path and not browser.has_form("/comments/"):
            return ""
        key = browser.form("/comments/")[1]["idempotency_key"]
        browser.submit(reported, to="/comments/", follow=False)
        return str(key)

    def _has_it_open(self) -> bool:
        """Whether the form is sent from a page opened earlier, without a new look at the case."""
        return self.stage.chance.share(OPEN_PAGES)

    def post_case(self, reported: Fields, *, shown_as: str, picture: Any = None) -> str:
        """A case through the composer; its address."""
        browser = self.browser
        browser.get("/cases/new/")
        browser.submit({"purpose": "ask"}, to="/cases/new/")
        draft = urlsplit(browser.path).path
        if picture is not None:
            browser.submit({**reported, "images": picture, "do": "save"}, to=draft)
            self.stage.workers.drain()
            self._look_at_pictures(draft)
            browser.get(draft)
        browser.submit({**reported, "do": "check"}, to=draft)
        if browser.has_form("/check/"):
            browser.submit({"replace": "all"}, to="/check/")
        reported = {"shown_as": shown_as, "consent": "on"}
        browser.submit(reported, to="/publish/", follow=False)
        match = _CASE.search(browser.path)
        if match is None:
            raise Unexpected(f"not published: {browser.path} {browser.errors()}")
        return match.group(1)

    def _look_at_pictures(self, draft: str) -> None:
        """Accept what was proposed to be filled in; a second look may ask again."""
        browser = self.browser
        for _ in range(4):
            browser.get(draft)
            match = re.search(r'name="do"\s+value="review:([0-9a-z]{12})"', browser.text)
            if match is None:
                return
            browser.get(f"{draft}images/{match.group(1)}/look/")
            browser.submit({"alt": "A drawing"}, to="/confirm/")
            self.stage.workers.drain()

    def vote(self, case: str) -> bool:
        """Answer the case's first poll that still takes an answer."""
        browser, known = self.browser, self.stage.polls
        if case in known and self._has_it_open():
            poll, choices = known[case]
            done = browser.send(
                f"/polls/{poll}/vote/", {"choice": self.stage.chance.choice(choices)}
            )
            return done == 200
        browser.get(f"/cases/{case}/")
        match = _POLL.search(browser.text)
        choices = _CHOICE.findall(browser.text)
        if match is None or not choices:
            return False
        known[case] = match.group(1), choices
        choice = self.stage.chance.choice(choices)
        browser.submit({"choice": choice}, to=f"/polls/{match.group(1)}/vote/", follow=False)
        return True

    def report(self, kind: str, item: str) -> None:
        self.browser.get(f"/moderation/report/{kind}/{item}/")
        self.browser.submit({"reason": "other", "note": "Please look at it."})

    def suspend(self, kind: str, item: str) -> None:
        """As a moderator: ask that the author be suspended."""
        browser = self.browser
        browser.get(f"/moderation/item/{kind}/{item}/")
        reported = {"reason": "abuse", "note": "Insults."}
        browser.submit(reported, to="/hide/", at=f"/moderation/item/{kind}/{item}/suspend/")

    def confirm(self) -> None:
        """As the second moderator: agree to the first sanction that waits."""
        self.browser.get("/moderation/")
        self.browser.submit({}, to="/confirm/")

    def follow(self, case: str) -> None:
        self.browser.get(f"/cases/{case}/")
        if self.browser.has_form("/follow/"):
            self.browser.submit({}, to="/follow/")

    def leave(self, *, keeps_named: bool) -> None:
        self.browser.get("/me/data/leave/")
        reported = {
            "named": "keep" if keeps_named else "remove",
            "understood": "on",
            "password": self.person.password,
        }
        self.browser.submit(reported)
        self.stage.workers.drain()
        self.person.is_gone = True

    def export(self) -> None:
        self.browser.get("/me/data/")
        self.browser.submit({}, to="/copy/")
        self.stage.workers.drain()
        self.browser.get("/me/data/download/")
