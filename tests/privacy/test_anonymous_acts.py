"""What an anonymous act writes: to both databases, both Redis servers and the queue.

Each act is done over HTTP, as a browser does it. The SQL of both databases, every command that
either Redis server executes (its own MONITOR) and every message to the queue are captured. None may
change private state, a session or a member, or hold a value of the member. Such values are found
without a list too: what two acts of one member have in common must also occur in another's acts.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import redis
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from cases.models import Case, Comment
from polls.models import AnswerOption, DecisiveTest, Poll
from polls.services import AnswerInput, submit_answer
from sermo.blinded_rows.models import CommunityEpoch
from sermo.celery import app
from sermo.core.redis import broker, connection
from sermo.members.models import Member, PrivateState
from sermo.members.pseudonyms import private_state_scope
from sermo.members.viewer import Viewer
from sermo.members.viewer.private_state import SECTIONS
from tests.factories import client_for, make_comment, make_viewer
from tests.factories_cases import make_draft, solve
from tests.factories_polls import case_of, make_concept, make_opinion_poll, make_poll
from tests.moderation.marking import report_words
from tests.privacy.register import ANONYMOUS_ACT, register

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
NOW = dt.datetime(2026, 3, 4, 3, 7, 30, tzinfo=dt.UTC)
# A session is read, never written.
_READS = {"GET", "EXISTS", "ECHO", "PING", "CLIENT", "HELLO", "SELECT", "INFO", "MONITOR", "TTL"}
_WRITTEN_TABLE = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) \"?([a-z_]+)")
REGISTER = register()
_LONG_HEX = re.compile(r"[0-9a-f]{16,}")


@dataclass
class Captured:
    """What one act wrote. Redis commands are those of both servers."""

    sql: list[str] = field(default_factory=list)
    redis: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        return [*self.sql, *self.redis, *self.messages]

    @property
    def long_values(self) -> set[str]:
        """Ids, digests and pseudonyms, written as hexadecimal digits."""
        text = " ".join(self.all).lower().replace("-", "")
        return set(_LONG_HEX.findall(text))


def is_write(sql: str) -> bool:
    """Locks, savepoints and reads change nothing that is stored."""
    return bool(
        re.match(r"\s*(INSERT|UPDATE|DELETE|MERGE|WITH[^(]*\(\s*(INSERT|UPDATE|DELETE))", sql)
    )


@contextmanager
def monitored(client: redis.Redis) -> Iterator[list[str]]:
    """The commands in the client's database in the block, apart from reads.

    Other processes that run tests use other databases of the same server.
    """
    seen: list[str] = []
    marker = uuid.uuid4().hex
    database = int(client.get_connection_kwargs()["db"])
    with client.monitor() as monitor:  # type: ignore[no-untyped-call]
        yield seen
        client.echo(marker)
        while marker not in str((executed := monitor.next_command())["command"]):
            command = str(executed["command"])
            is_write = command.split(" ", 1)[0].upper() not in _READS
            if is_write and int(executed["db"]) == database:
                seen.append(command)


@contextmanager
def captured() -> Iterator[Captured]:
    """Everything written in the block. What waits for the commit is sent at its end."""
    result = Captured()
    sent = app.send_task
    app.send_task = lambda name, args=(), **_more: result.messages.append(f"{name} {args}")
    try:
        with ExitStack() as stack:
            queries = [
                stack.enter_context(CaptureQueriesContext(connections[alias]))
                for alias in ("default", "identity")
            ]
            commands = [stack.enter_context(monitored(one)) for one in (connection(), broker())]
            yield result
            for alias in ("default", "identity"):
                for waiting in connections[alias].run_on_commit:
                    waiting[1]()
                connections[alias].run_on_commit = []
    finally:
        app.send_task = sent
    result.sql = [query["sql"] for one in queries for query in one if is_write(query["sql"])]
    result.redis = [command for one in commands for command in one]


@dataclass
class Place:
    """A case of others to act in, and an own anonymous one."""

    poll: Poll
    comment: Comment
    opinion: Poll
    solved: Case
    # The name of its diagnosis.
    answer: str
    draft_id: str
    own: Poll
    other: Viewer

    @property
    def case(self) -> Case:
        return case_of(self.poll)

    @property
    def url(self) -> str:
        return self.case.get_absolute_url()


@override_settings(ANONYMOUS_MARK_MINUTES=0, ANONYMOUS_URGENT_MARK_MINUTES=0)
def make_place(actor: Viewer, name: str) -> Place:
    other = make_viewer(f"other-{name}")
    make_concept(f"Gout {name}")
    poll = make_poll(other, f"Gout {name}", f"Lupus {name}", title=f"Case {name}")
    submit_answer(
        viewer=other,
        poll=poll,
        answer=AnswerInput([poll.options.all()[0]], decisive_test=f"A biopsy {name}"),
    )
    solved = case_of(make_poll(other, f"Gout {name}", title=f"Solved {name}"))
    solve(other, solved, f"Gout {name}")
    own = make_poll(actor, f"Gout {name}", "Lupus", anonymous=True, title=f"Own {name}")
    reader = AnswerInput([own.options.all()[0]], decisive_test=f"An old film {name}")
    submit_answer(viewer=other, poll=own, answer=reader)
    return Place(
        poll=poll,
        comment=make_comment(other, case_of(poll)),
        opinion=make_opinion_poll(other, "Yes", "No", title=f"Opinion {name}"),
        solved=solved,
        answer=f"Gout {name}",
        draft_id=make_draft(actor, title=f"Draft {name}").public_id,
        own=own,
        other=other,
    )


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def first_option(poll: Poll) -> AnswerOption:
    return poll.options.order_by("position", "id")[0]


def new_draft(client: Client, _place: Place) -> Any:
    return client.post(reverse("cases:new"), {"purpose": "ask", **key()})


def publish(client: Client, place: Place) -> Any:
    return client.post(
        reverse("cases:publish", args=[place.draft_id]),
        {"shown_as": "anonymous", "consent": "on", **key()},
    )


def delete_draft(client: Client, place: Place) -> Any:
    return client.post(reverse("cases:draft-delete", args=[place.draft_id]))


def comment(client: Client, place: Place) -> Any:
    data = {"text": "Hm.", "shown_as": "anonymous", **key()}
    return client.post(f"{place.url}comments/", data)


def reply(client: Client, place: Place) -> Any:
    data = {"text": "Hm.", "shown_as": "anonymous", **key()}
    return client.post(f"{place.url}comments/{place.comment.public_id}/reply/", data)


def update(client: Client, place: Place) -> Any:
    url = case_of(place.own).get_absolute_url()
    return client.post(f"{url}update/", {"text": "Day 2.", **key()})


def vote(client: Client, place: Place) -> Any:
    chosen = {"choice": str(first_option(place.opinion).pk)}
    return client.post(reverse("polls:answer", args=[place.opinion.public_id]), chosen | key())


def answer(client: Client, place: Place) -> Any:
    data = {
        "choice": str(first_option(place.poll).pk), "reasoning": "Because.",
        "shown_as": "anonymous", "decisive_test": "A biopsy", **key(),
    }  # fmt: skip
    return client.post(reverse("polls:answer", args=[place.poll.public_id]), data)


def helpful(client: Client, place: Place) -> Any:
    url = f"{place.url}comments/{place.comment.public_id}/helpful/"
    return client.post(url, {"on": "1"})


def report(client: Client, place: Place) -> Any:
    url = reverse("moderation:report", args=["comment", place.comment.public_id])
    return client.post(url, {"reason": "abuse", "note": "x"})


def report_patient_details(client: Client, place: Place) -> Any:
    url = reverse("moderation:patient-details", args=["comment", place.comment.public_id])
    return client.post(url, {"details": "name", "marked": place.comment.text.split()[1]})


def undo_report(client: Client, place: Place) -> Any:
    report_patient_details(client, place)
    url = reverse("moderation:withdraw", args=["comment", place.comment.public_id])
    return client.post(url)


def correct_words(client: Client, place: Place) -> Any:
    """In the own anonymous case, which somebody else reported."""
    case = case_of(place.own)
    report_words(place.other, case, "Own")
    url = reverse("moderation:correct", args=["case", case.public_id])
    return client.post(url, {"passage_0": "Mine"})


def skip_answer(client: Client, place: Place) -> Any:
    return client.post(f"{place.url}read/")


def decline_answer(client: Client, place: Place) -> Any:
    return client.post(reverse("polls:decline-answer", args=[case_of(place.own).public_id]))


def flag_risk(client: Client, place: Place) -> Any:
    client.post(f"{place.url}read/")
    url = reverse("polls:flag-option", args=[first_option(place.poll).pk])
    return client.post(url, {"text": "It harms.", "shown_as": "anonymous", **key()})


def report_test(client: Client, place: Place) -> Any:
    client.post(reverse("polls:decline-answer", args=[case_of(place.own).public_id]))
    test = DecisiveTest.objects.get(poll=place.own)
    url = reverse("polls:report-test-result", args=[test.public_id])
    return client.post(url, {"text": "Clean.", **key()})


def mark_solved(client: Client, place: Place) -> Any:
    data = {"diagnosis": "Gout", "certainty": "certain", "established_by": "test"}
    return client.post(f"{case_of(place.own).get_absolute_url()}solve/", data)


def quiz(client: Client, place: Place) -> Any:
    url = reverse("polls:quiz", args=[place.solved.public_id])
    return client.post(url, {"first": place.answer, "confidence": "3"})


ACTS: list[Callable[[Client, Place], Any]] = [
    new_draft, publish, delete_draft, comment, reply, update, vote, answer, helpful, report,
    skip_answer, decline_answer, flag_risk, report_test, mark_solved, quiz,
    report_patient_details, undo_report, correct_words,
]  # fmt: skip


def assert_nothing_of(viewer: Viewer, act: Captured) -> None:
    """No table, no Redis key and no value of this member."""
    member = viewer.member
    tables = [Member._meta.db_table, PrivateState._meta.db_table, CommunityEpoch._meta.db_table]
    touched = [sql for sql in act.sql if any(f'"{table}"' in sql for table in tables)]
    assert touched == []
    written = {table for sql in act.sql for table in _WRITTEN_TABLE.findall(sql)}
    assert written
    assert {table for table in written if ANONYMOUS_ACT not in REGISTER[table].changes} == set()
    assert [command for command in act.redis if '"s:' in command or " s:" in command] == []
    values = [
        member.pk.hex, str(member.pk), member.handle, viewer.secret.hex(),
        *(viewer.pseudonym(private_state_scope(section)).hex() for section in SECTIONS),
        viewer.pseudonym("report-rate").hex(),
    ]  # fmt: skip
    text = " ".join(act.all).lower()
    assert [value for value in values if value.lower() in text] == []


@pytest.mark.parametrize("act", ACTS, ids=[act.__name__ for act in ACTS])
def test_an_anonymous_act_writes_nothing_of_its_member(
    act: Callable[[Client, Place], Any], settings: Any, time_machine: Any
) -> None:
    settings.ANONYMOUS_MARK_MINUTES, settings.ANONYMOUS_URGENT_MARK_MINUTES = 20, 5
    found: dict[tuple[str, int], Captured] = {}
    for week in (0, 1):
        for name in ("osler", "garrett"):
            time_machine.move_to(NOW + dt.timedelta(days=8 * week), tick=False)
            found[name, week] = _do(act, name, week)
    own = found["osler", 0].long_values & found["osler", 1].long_values
    common = found["garrett", 0].long_values | found["garrett", 1].long_values
    assert own - common == set()


_PEOPLE: dict[str, Viewer] = {}


@pytest.fixture(autouse=True)
def _people() -> Iterator[None]:
    _PEOPLE.update({name: make_viewer(name) for name in ("osler", "garrett")})
    yield
    _PEOPLE.clear()


def _do(act: Callable[[Client, Place], Any], name: str, week: int) -> Captured:
    """Do it in a case of its own, in a session of its own, and check what was written."""
    viewer = _PEOPLE[name]
    place = make_place(viewer, f"{len(name)}-{week}")
    client = client_for(viewer)
    client.get("/cases/")
    with captured() as written:
        response = act(client, place)
    assert response.status_code == 302, response.content.decode()[:2000]
    assert written.sql
    assert_nothing_of(viewer, written)
    return written


def test_the_capture_sees_what_it_must_find() -> None:
    """A named comment writes the member's key, and following it the private state."""
    viewer = _PEOPLE["osler"]
    place, client = make_place(viewer, "named"), client_for(viewer)

    with captured() as written:
        client.post(f"{place.url}comments/", {"text": "Hm.", "shown_as": "handle", **key()})
        client.session["word"] = "x"
        connection().set("s:planted", "x")

    with pytest.raises(AssertionError):
        assert_nothing_of(viewer, written)
    assert any(PrivateState._meta.db_table in sql for sql in written.sql)
    assert any(viewer.member.pk.hex in sql.replace("-", "") for sql in written.sql)
    assert any("s:planted" in command for command in written.redis)
    assert transaction.get_connection().in_atomic_block
