"""After the storm: is every acknowledged write there, exactly once, and is all work done?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import partial
from typing import Any

import psycopg

from sermo.core.heartbeat import QUEUES
from tools.chaos.browser import found
from tools.chaos.ledger import Ledger, Outcome
from tools.chaos.people import Person, Weather
from tools.chaos.site import Site, SiteFailed

DRAIN_SECONDS = 170
# What is still to be done, as the sweeps see it: (database, question).
UNDONE = {
    "emails to persons": ("sermo_identity", "SELECT count(*) FROM accounts_encryptedemail"),
    "emails about cases": (
        "sermo_community",
        "SELECT count(*) FROM notifications_notificationemail",
    ),
    "pictures": (
        "sermo_community",
        "SELECT count(*) FROM cases_image WHERE state IN ('received', 'processing') "
        "AND (lease_until IS NULL OR lease_until <= now())",
    ),
    "suspensions": (
        "sermo_community",
        "SELECT count(*) FROM moderation_sanction WHERE state = 'confirmed'",
    ),
    "verification": (
        "sermo_identity",
        "SELECT count(*) FROM verification_outboxmessage WHERE next_at <= now()",
    ),
}


@dataclass
class Verdict:
    """`lost` and `doubled` name each write; empty is good."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    drain_seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def judge(site: Site, people: list[Person], ledger: Ledger, polls_before: Counter[str]) -> Verdict:
    """Wait until the site is ready and its work is done, then compare it with the ledger."""
    verdict = Verdict()
    try:
        verdict.drain_seconds = site.wait(
            lambda: site.readiness()[0] == 200 and not undone(site), "all work done", DRAIN_SECONDS
        )
    except SiteFailed as failed:
        verdict.wrong.append(f"work is left: {undone(site)}; {failed}")
    _compare(verdict, ledger, "comment", _rows(site, "SELECT text FROM cases_comment"))
    _compare(verdict, ledger, "report", _rows(site, "SELECT note FROM moderation_report"))
    _compare(
        verdict, ledger, "decision", _rows(site, "SELECT note FROM moderation_moderationdecision")
    )
    _compare(verdict, ledger, "mail", _recipients(site))
    _compare_counts(verdict, ledger, "vote", answers_by_poll(site) - polls_before)
    _compare_counts(verdict, ledger, "picture", _pictures_by_draft(site))
    _check_events(verdict, site)
    _check_pictures(verdict, site)
    _check_people(verdict, site, people, ledger)
    verdict.wrong += ledger.faults_of_people
    return verdict


def undone(site: Site) -> dict[str, int]:
    """Number of rows that wait for a worker, and of messages in each queue that is not empty."""
    counts = {}
    try:
        for name, (database, question) in UNDONE.items():
            with site.database(database) as connection:
                counts[name] = int(_one(connection, question))
        redis = site.redis("broker")
        counts |= {f"queue {queue}": int(redis.llen(queue)) for queue in QUEUES}
    except Exception as error:  # a server is not back yet
        return {f"no answer: {type(error).__name__}": 1}
    return {name: n for name, n in counts.items() if n}


def answers_by_poll(site: Site) -> Counter[str]:
    """Number of answers by the public id of the poll."""
    return _rows(
        site,
        "SELECT polls_poll.public_id FROM polls_answer JOIN polls_poll "
        "ON polls_poll.id = polls_answer.poll_id",
    )


def _pictures_by_draft(site: Site) -> Counter[str]:
    return _rows(
        site,
        "SELECT cases_draft.public_id FROM cases_image "
        "JOIN cases_draft ON cases_draft.id = cases_image.draft_id",
    )


def _one(connection: psycopg.Connection[Any], question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    return row[0] if row else 0


def _rows(site: Site, question: str) -> Counter[str]:
    with site.database() as connection:
        return Counter(str(row[0]) for row in connection.execute(question.encode()))


def _recipients(site: Site) -> Counter[str]:
    mails = (site.paths.local / "mail").glob("*.eml")
    return Counter(str(message_from_bytes(mail.read_bytes())["To"]) for mail in mails)


def _compare(verdict: Verdict, ledger: Ledger, kind: str, there: Counter[str]) -> None:
    for write in ledger.of(kind):
        n = there[write.token]
        verdict.checked[kind] += 1
        if write.outcome is Outcome.ACKNOWLEDGED and n == 0:
            verdict.lost.append(f"{kind} {write.token}")
        if n > (write.outcome is not Outcome.REFUSED):
            verdict.doubled.append(f"{kind} {write.token}: {n}, {write.outcome}")


def _compare_counts(verdict: Verdict, ledger: Ledger, kind: str, there: Counter[str]) -> None:
    """For writes that share a token: each is one more row of what the token names."""
    least: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for write in ledger.of(kind):
        least[write.token] += write.outcome is Outcome.ACKNOWLEDGED
        most[write.token] += write.outcome is not Outcome.REFUSED
        verdict.checked[kind] += 1
    for token in most:
        if there[token] < least[token]:
            verdict.lost.append(f"{kind}: {least[token] - there[token]} of {token}")
        if there[token] > most[token]:
            verdict.doubled.append(f"{kind}: {there[token] - most[token]} of {token}")


def _check_events(verdict: Verdict, site: Site) -> None:
    """Each comment is announced to its followers once."""
    with site.database() as connection:
        rows = connection.execute(
            "SELECT comment.text, count(event.id) FROM cases_comment AS comment "
            "LEFT JOIN notifications_event AS event ON event.comment_id = comment.id "
            "WHERE comment.text LIKE 'I would add this remark:%' AND comment.appears_at IS NULL "
            "GROUP BY comment.id HAVING count(event.id) <> 1"
        ).fetchall()
    for text, n in rows:
        (verdict.doubled if n else verdict.lost).append(f"notification of {text!r}: {n}")


def _check_pictures(verdict: Verdict, site: Site) -> None:
    """The file of each picture is there: what the row names can be read."""
    quarantine = site.paths.local / "files" / "quarantine"
    for name in _rows(site, "SELECT original FROM cases_image WHERE original <> ''"):
        if not (quarantine / name).is_file():
            verdict.lost.append(f"file of a picture {name}")


def _check_people(verdict: Verdict, site: Site, people: Iterable[Person], ledger: Ledger) -> None:
    """Sign in once more: drafts hold the last text that was acknowledged, follows are as left."""
    last: dict[tuple[str, str], list[tuple[str, Outcome]]] = {}
    for write in ledger.of("draft"):
        email, address, word = write.token.split(" ")
        last.setdefault((email, address), []).append((word, write.outcome))
    for person in people:
        person.weather = Weather(losses_of_sessions=1)
        if person.signed_in_at is None and not _waits_for(partial(_signed_in, person)):
            verdict.wrong.append(f"{person.email} cannot sign in")
            continue
        _check_follows(verdict, person)
        for (email, address), words in last.items():
            if email == person.email:
                _check_draft(verdict, person, address, words)


def _signed_in(person: Person) -> bool:
    person.sign_in()
    return person.signed_in_at is not None


def _waits_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(1)
    return False


def _check_follows(verdict: Verdict, person: Person) -> None:
    for case, (on, outcome) in person.follows.items():
        if outcome is not Outcome.ACKNOWLEDGED:
            continue
        verdict.checked["follow"] += 1
        page = person.browser.get(f"/cases/{case}/")
        form = page.body.partition(f'action="/cases/{case}/follow/"')[2].partition("</form>")[0]
        if page.status == 200 and f'aria-pressed="{"true" if on == "1" else "false"}"' not in form:
            verdict.lost.append(f"follow of {case} by {person.email}: {on}")


def _check_draft(
    verdict: Verdict, person: Person, address: str, words: list[tuple[str, Outcome]]
) -> None:
    """The text is the last acknowledged one, or a later one of which no answer told."""
    verdict.checked["draft"] += len(words)
    page = person.browser.get(address)
    there = found(r"Text ([a-z]{14}) ends", page)
    known = [number for number, (_, outcome) in enumerate(words) if outcome is Outcome.ACKNOWLEDGED]
    if not known:
        return
    allowed = {words[known[-1]][0]}
    allowed |= {word for word, outcome in words[known[-1] :] if outcome is Outcome.UNKNOWN}
    if not set(there) & allowed:
        verdict.lost.append(f"draft of {person.email}: status {page.status}, has {there}")
