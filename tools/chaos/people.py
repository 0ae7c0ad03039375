"""The load: signed-in people who write, vote, upload, report, follow, sign out, and moderate."""

from __future__ import annotations

import io
import random
import string
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from tools.chaos.browser import Answer, Browser, found
from tools.chaos.ledger import Ledger, Outcome, outcome_of

PASSWORD = "synthetic pass phrase"  # of sermo.demo.people
MAX_TRIES = 3
PAUSE_SECONDS = 0.4
# All sign in from one address, which has a limit.
SIGN_IN_PAUSE_SECONDS = 3
_PUBLIC_ID = r"[A-Za-z0-9_-]{8,}"


@dataclass
class Weather:
    """What the faults tell the people: when sessions were lost, by the design of decision 0024.

    `losses_of_sessions` is how many such faults are not over yet.
    """

    sessions_lost_at: float = 0.0
    losses_of_sessions: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


class Person:
    """One member with a browser. `act` does one thing, chosen by chance."""

    def __init__(self, email: str, port: int, seed: int, ledger: Ledger, weather: Weather) -> None:
        self.email = email
        self.browser = Browser(port)
        self.chance = random.Random(seed)
        self.ledger, self.weather = ledger, weather
        self.signed_in_at: float | None = None
        self.cases: list[str] = []
        self.comments: dict[str, list[str]] = {}
        self.polls: dict[str, str] = {}
        self.drafts: list[str] = []
        self.reported: set[str] = set()
        self.follows: dict[str, tuple[str, Outcome]] = {}

    def run(self) -> None:
        """Act until the weather ends."""
        actions: list[tuple[int, Callable[[], None]]] = [
            (6, self.comment),
            (3, self.read),
            (2, self.vote),
            (3, self.write_draft),
            (2, self.send_picture),
            (1, self.report),
            (2, self.follow),
            (1, self.ask_for_mail),
            (1, self.sign_out),
        ]
        weights, choices = zip(*actions, strict=True)
        while not self.weather.ended.is_set():
            if self.signed_in_at is None:
                self.sign_in()
                if self.signed_in_at is None:
                    time.sleep(SIGN_IN_PAUSE_SECONDS)
            else:
                self.chance.choices(choices, weights)[0]()
            time.sleep(PAUSE_SECONDS * self.chance.random() * 2)

    def sign_in(self) -> None:
        page = self.browser.get("/accounts/login/")
        if page.status == 302:  # a sign-out whose answer was lost had not happened
            self.signed_in_at = time.monotonic()
        if page.status != 200:
            return
        answer = self.browser.post("/accounts/login/", login=self.email, password=PASSWORD)
        if answer.status == 302:
            self.signed_in_at = time.monotonic()

    def sign_out(self) -> None:
        answer = self._try(lambda: self.browser.post("/accounts/logout/"))
        if answer.status == 302 or answer.is_outage:
            self.signed_in_at = None

    def read(self) -> None:
        """Look at the feed and a case, and remember what can be acted on."""
        feed = self._try(lambda: self.browser.get("/cases/"))
        self.cases = found(rf'href="/cases/({_PUBLIC_ID})/"', feed) or self.cases
        if not self.cases:
            return
        case = self.chance.choice(self.cases)
        page = self._try(lambda: self.browser.get(f"/cases/{case}/"))
        self.comments[case] = found(rf'id="c-({_PUBLIC_ID})"', page)
        parts = self._try(lambda: self.browser.get(f"/polls/for-case/{case}/"))
        for form in parts.body.split("<form")[1:]:
            action = found(rf'action="/polls/({_PUBLIC_ID})/vote/"', Answer(200, form))
            choices = found(r'name="choice"\s+value="([^"]+)"', Answer(200, form))
            if action and choices and 'name="change"' not in form:
                self.polls[action[0]] = choices[0]

    def comment(self) -> None:
        if not self.cases:
            self.read()
            return
        text = f"I would add this remark: {self._word()}."
        fields = {
            "text": text,
            "shown_as": self.chance.choice(["handle", "anonymous"]),
            "idempotency_key": str(uuid.uuid4()),
        }
        self._write("comment", text, f"/cases/{self.chance.choice(self.cases)}/comments/", fields)

    def vote(self) -> None:
        if not self.polls:
            self.read()
            return
        poll, choice = self.polls.popitem()
        fields = {"choice": choice, "idempotency_key": str(uuid.uuid4())}
        self._write("vote", poll, f"/polls/{poll}/vote/", fields)

    def write_draft(self) -> None:
        if not self.drafts:
            made = self._try(
                lambda: self.browser.post(
                    "/cases/new/", purpose="ask", idempotency_key=str(uuid.uuid4())
                )
            )
            if made.status == 302 and "/drafts/" in made.location:
                self.drafts.append(made.location)
            return
        address = self.drafts[-1]
        page = self._try(lambda: self.browser.get(address))
        version = found(r'name="version"\s+value="(\d+)"', page)
        if page.status == 200 and version:
            word = self._word()
            fields = {"version": version[0], "urgency": "routine", "history": f"Text {word} ends."}
            answer = self._try(lambda: self.browser.post(f"{address}save/", **fields))
            outcome = outcome_of([answer], success=(200,))
            self.ledger.record("draft", f"{self.email} {address} {word}", outcome)

    def send_picture(self) -> None:
        if not self.drafts:
            self.write_draft()
            return
        key = str(uuid.uuid4())
        address = f"{self.drafts[-1]}images/"
        picture = _picture(self.chance)
        answers = self._repeat(
            lambda: self.browser.upload(address, "images", picture, idempotency_key=key)
        )
        draft = self.drafts[-1].strip("/").rpartition("/")[2]
        self.ledger.record("picture", draft, outcome_of(answers, success=(200, 302)))

    def report(self) -> None:
        places = {comment for ids in self.comments.values() for comment in ids} - self.reported
        if not places:
            self.read()
            return
        comment = self.chance.choice(sorted(places))
        self.reported.add(comment)  # a second report of one person adds nothing
        note = f"Please look at {self._word()}."
        fields = {"reason": "harmful", "note": note}
        self._write("report", note, f"/moderation/report/comment/{comment}/", fields)

    def follow(self) -> None:
        if not self.cases:
            self.read()
            return
        case, on = self.chance.choice(self.cases), self.chance.choice("01")
        answers = self._repeat(lambda: self.browser.post(f"/cases/{case}/follow/", on=on))
        self.follows[case] = (on, outcome_of(answers))

    def ask_for_mail(self) -> None:
        """One mail for each request, to an address of its own: also an unknown one gets one."""
        address = f"{self._word()}@mail.example"
        answer = self._try(
            lambda: Browser(self.browser.port, self.browser.cookies | {"session": ""}).post(
                "/accounts/password/reset/", email=address
            )
        )
        self.ledger.record("mail", address, outcome_of([answer]))

    def _write(self, kind: str, token: str, path: str, fields: dict[str, str]) -> None:
        answers = self._repeat(lambda: self.browser.post(path, **fields))
        self.ledger.record(kind, token, outcome_of(answers))

    def _repeat(self, send: Callable[[], Answer]) -> list[Answer]:
        """Send again with the same key while no answer tells what became of it."""
        answers = [self._try(send)]
        while answers[-1].is_outage and len(answers) < MAX_TRIES:
            time.sleep(self.chance.uniform(0.5, 1.5))
            answers.append(self._try(send))
        return answers

    def _try(self, send: Callable[[], Answer]) -> Answer:
        asked_at = time.monotonic()
        answer = send()
        if answer.is_degraded_badly or answer.status == 500:  # an outage is 503
            self.ledger.complain(f"status {answer.status}: {answer.body[:300]!r}")
        if answer.signs_out or answer.status == 401:
            signed_in_at, self.signed_in_at = self.signed_in_at or asked_at, None
            if not self.weather.losses_of_sessions and self.weather.sessions_lost_at < signed_in_at:
                self.ledger.complain(f"{self.email} was signed out without a restart of Redis")
        return answer

    def _word(self) -> str:
        return "".join(self.chance.choices(string.ascii_lowercase, k=14))


class Moderator(Person):
    """Hides and restores comments; each decision is recorded once."""

    def run(self) -> None:
        while not self.weather.ended.is_set():
            if self.signed_in_at is None:
                self.sign_in()
            else:
                self.chance.choice([self.read, self.decide, self.decide, self.sign_out])()
            time.sleep(PAUSE_SECONDS * 2)

    def decide(self) -> None:
        places = [comment for ids in self.comments.values() for comment in ids]
        if not places:
            self.read()
            return
        note = f"Decided {self._word()}."
        kind = self.chance.choice(["hide", "restore", "dismiss"])
        path = f"/moderation/item/comment/{self.chance.choice(places)}/{kind}/"
        fields = {"reason": "other", "note": note, "idempotency_key": str(uuid.uuid4())}
        self._write("decision", note, path, fields)


def _picture(chance: random.Random) -> bytes:
    """A small picture that no other is equal to."""
    picture = Image.new("RGB", (320, 240), tuple(chance.randrange(256) for _ in range(3)))
    for _ in range(40):
        at = (chance.randrange(320), chance.randrange(240))
        picture.putpixel(at, (chance.randrange(256), 0, 0))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
