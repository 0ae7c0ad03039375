"""A member who fetches pages every minute learns nothing of what waits for its mark.

Everything the reader can fetch is fetched each minute of one afternoon in which nobody writes.
The same afternoon is then played with anonymous posts in it. Up to the mark each answer must have
the same bytes, apart from the random tokens of forms.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from cases.drafts.content import OpinionPollContent, OutcomeContent
from cases.jobs.flush_views import flush_views
from cases.jobs.publish_delayed import publish_delayed
from cases.models import Case, CasePurpose, CommentKind
from cases.services.comments import add_update
from cases.services.follows import bookmark, follow
from cases.services.publish import publish_case
from polls.models import Poll
from polls.services import AnswerInput, flag_risk, submit_answer
from polls.services.decisive_tests import report_test_result
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.factories import client_for, make_case, make_viewer
from tests.factories_cases import make_case as publish
from tests.factories_cases import make_draft, make_ready_image, post_comment
from tests.factories_polls import case_of, make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
DAY = "2026-03-04"
ANONYMOUS = ShownAs.ANONYMOUS
_TOKENS = re.compile(rb'(name="(?:csrfmiddlewaretoken|idempotency_key)" value=")[^"]*|nonce="[^"]*')
Answers = dict[tuple[str, str], bytes]


def at(time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{DAY}T{time}Z")


@dataclass
class World:
    """A quiet community. The reader has answered, follows, and was helpful."""

    author: Viewer
    poll: Poll
    anonymous: Case
    urgent: Case
    reader: Viewer
    browser: Client
    addresses: list[str] = field(default_factory=list)

    @property
    def case(self) -> Case:
        return case_of(self.poll)

    def all_addresses(self) -> Iterator[str]:
        """Everything the reader can fetch; "since" begins at what is newest now."""
        for case in (self.case, self.anonymous, self.urgent):
            first = case.comments.order_by("position")[0].public_id
            yield from (
                f"{case.get_absolute_url()}{query}"
                for query in (
                    "", "?order=newest", "?order=helpful", "?after=0_1", "?before=0_99",
                    f"?comment={first}", f"?quote={first}",
                )
            )  # fmt: skip
            yield f"{case.get_absolute_url()}comments/{first}/reply/"
            yield f"/polls/for-case/{case.public_id}/"
        for query in (
            "", "sort=hot", "specialty=internal", "specialty=cardiology", "urgency=urgent",
            "status=study", "image=1", "mine=1", "saved=1",
        ):  # fmt: skip
            yield f"/cases/?{query}"
        yield from self._new_cases()
        yield from ("/search/?q=rash", "/search/?q=rash&sort=newest", "/search/?q=synthetic")
        yield from ("/inbox/", "/inbox/bell/", "/polls/", "/numbers/", "/polls/library/")
        yield from ("/polls/record/", "/polls/quiz/", "/me/", "/log/", "/cases/new/")
        yield from ("/polls/concepts/?q=zebrosis", f"/polls/{self.poll.public_id}/answers.csv")
        yield f"/polls/{self.poll.public_id}/answers.json"

    def _new_cases(self) -> Iterator[str]:
        """How many cases are newer than the first of each list."""
        for query in ("", "sort=hot", "specialty=cardiology", "urgency=urgent"):
            html = self.browser.get(f"/cases/?{query}").content.decode()
            found = re.search(r'hx-get="(/cases/new[^"]*since=[^"]*)"', html)
            assert found, query
            yield found[1].replace("&amp;", "&")


@pytest.fixture
def world(settings: Any, time_machine: Any) -> World:
    settings.ANONYMOUS_MARK_MINUTES = settings.ANONYMOUS_URGENT_MARK_MINUTES = 0
    time_machine.move_to(at("01:00:00"), tick=False)
    author, reader = make_viewer("osler"), make_viewer("reader")
    poll = make_poll(author, "Gout", "Lupus", title="A rash in synthetic words")
    anonymous = make_case(author, anonymous=True, title="Another rash", specialties=["cardiology"])
    urgent = make_case(author, urgency="urgent", title="An urgent rash")
    for case in (case_of(poll), anonymous, urgent):
        for n in range(3):
            post_comment(reader, case, f"Remark {n}")
    time_machine.move_to(at("01:30:00"), tick=False)
    test = AnswerInput([poll.options.all()[0]], decisive_test="A biopsy")
    submit_answer(viewer=reader, poll=poll, answer=test)
    bookmark(viewer=reader, case=case_of(poll), on=True)
    follow(viewer=reader, case=case_of(poll), on=True)
    settings.ANONYMOUS_MARK_MINUTES, settings.ANONYMOUS_URGENT_MARK_MINUTES = 20, 5
    world = World(author, poll, anonymous, urgent, reader, client_for(reader))
    world.addresses = list(world.all_addresses())
    return world


def poll_pages(
    world: World, minutes: list[str], time_machine: Any, write: Callable[[], None] | None = None
) -> Answers:
    """All answers by address and minute. The jobs run at second 20; the reader reads at 40."""
    answers: Answers = {}
    for n, minute in enumerate(minutes):
        time_machine.move_to(at(f"{minute}:10"), tick=False)
        if n == 0 and write is not None:
            write()
        time_machine.move_to(at(f"{minute}:20"), tick=False)
        publish_delayed()
        flush_views()
        time_machine.move_to(at(f"{minute}:40"), tick=False)
        for address in world.addresses:
            body = world.browser.get(address).content
            answers[minute, address] = _TOKENS.sub(rb"\1", body)
    return answers


def minutes_of_an_hour(first: int, last: int) -> list[str]:
    return [f"03:{minute:02}" for minute in range(first, last + 1)]


def write_anonymously(world: World) -> None:
    """What a member can post anonymously, by people who did nothing else."""
    a, b, c = (make_viewer(f"writer-{n}") for n in range(3))
    comments = [*world.case.comments.all()[:2]]
    post_comment(a, world.case, "Waiting words", shown_as=ANONYMOUS)
    post_comment(b, world.case, "A reply", parent=comments[0], shown_as=ANONYMOUS)
    post_comment(c, world.case, "A quote", quoted=comments[1], shown_as=ANONYMOUS)
    post_comment(c, world.case, "Sealed", hidden_until_answer=True, shown_as=ANONYMOUS)
    post_comment(b, world.case, "Reasons", kind=CommentKind.ANSWER, shown_as=ANONYMOUS)
    post_comment(b, world.anonymous, "Waiting words", shown_as=ANONYMOUS)
    key = uuid.uuid4()
    add_update(viewer=world.author, case=world.anonymous, text="Day 2.", idempotency_key=key)
    option = world.poll.options.all()[0]
    flag_risk(viewer=a, target=option, text="No.", shown_as=ANONYMOUS, idempotency_key=uuid.uuid4())
    publish_anonymously(a, b)


def publish_anonymously(a: Viewer, b: Viewer) -> None:
    vote = OpinionPollContent("What next?", ("Wait", "Operate"))
    publish(a, shown_as=ANONYMOUS, title="A hidden rash", opinion_poll=vote)
    outcome = OutcomeContent("Zebrosis", "certain", "test", "x")
    draft = make_draft(
        b, purpose=CasePurpose.SHARE, title="A studied rash", specialties=("cardiology",),
        outcome=outcome,
    )  # fmt: skip
    make_ready_image(b, draft)
    publish_case(viewer=b, draft_id=draft.id, shown_as=ANONYMOUS, idempotency_key=uuid.uuid4())


def assert_same(quiet: Answers, busy: Answers) -> None:
    different = [where for where, body in busy.items() if quiet[where] != body]
    assert different == []


def assert_no_gaps() -> None:
    for case in Case.objects.all():
        places = case.comments.filter(appears_at=None).order_by("position")
        n = places.count()
        assert list(places.values_list("position", flat=True)) == list(range(1, n + 1))
        events = Event.objects.filter(subject=case.pk).exclude(kind="answer").order_by("number")
        numbers = list(events.values_list("number", flat=True))
        assert numbers == sorted(set(numbers))


def test_until_the_mark_every_answer_has_the_same_bytes(world: World, time_machine: Any) -> None:
    minutes = minutes_of_an_hour(7, 19)[::4]
    nothing = transaction.savepoint()
    quiet = poll_pages(world, [*minutes, "03:20"], time_machine)
    transaction.savepoint_rollback(nothing)

    busy = poll_pages(world, minutes, time_machine, lambda: write_anonymously(world))

    assert len(busy) > 200
    assert_same(quiet, busy)
    shown = poll_pages(world, ["03:20"], time_machine)
    changed = {address for (_, address), body in shown.items() if body != quiet["03:20", address]}
    assert world.case.get_absolute_url() in changed
    assert any("since=" in address for address in changed)
    assert {"/inbox/", "/inbox/bell/", "/search/?q=rash"} <= changed
    assert_no_gaps()


def test_in_an_urgent_case_too_until_its_nearer_mark(world: World, time_machine: Any) -> None:
    minutes = minutes_of_an_hour(6, 9)
    nothing = transaction.savepoint()
    quiet = poll_pages(world, [*minutes, "03:10"], time_machine)
    transaction.savepoint_rollback(nothing)

    def write() -> None:
        writer = make_viewer("writer")
        post_comment(writer, world.urgent, "Waiting words", shown_as=ANONYMOUS)
        publish(writer, shown_as=ANONYMOUS, title="Another urgent rash", urgency="urgent")

    busy = poll_pages(world, minutes, time_machine, write)

    assert_same(quiet, busy)
    shown = poll_pages(world, ["03:10"], time_machine)
    changed = {address for (_, address), body in shown.items() if body != quiet["03:10", address]}
    assert {world.urgent.get_absolute_url(), "/cases/?", "/cases/?urgency=urgent"} <= changed
    assert world.case.get_absolute_url() not in changed
    assert_no_gaps()


def test_a_result_of_a_test_is_told_at_the_mark_too(world: World, time_machine: Any) -> None:
    poll = make_poll(world.author, "Gout", "Lupus", anonymous=True, title="A third rash")
    answer = AnswerInput([poll.options.all()[0]], decisive_test="A biopsy")
    submit_answer(viewer=world.reader, poll=poll, answer=answer)
    address = case_of(poll).get_absolute_url()
    time_machine.move_to(at("03:07:10"), tick=False)
    before = _TOKENS.sub(rb"\1", world.browser.get(address).content)

    report_test_result(
        viewer=world.author, decisive_test=poll.decisive_tests.get(), text="Clean.",
        idempotency_key=uuid.uuid4(),
    )  # fmt: skip

    assert _TOKENS.sub(rb"\1", world.browser.get(address).content) == before
    time_machine.move_to(at("03:20:20"), tick=False)
    publish_delayed()
    assert b"Clean." in world.browser.get(address).content
