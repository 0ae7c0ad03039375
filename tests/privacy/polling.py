"""A member who fetches every page each minute, and a quiet community in which to do so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client

from cases.jobs.flush_views import flush_views
from cases.jobs.publish_delayed import publish_delayed
from cases.models import Case
from cases.services.follows import bookmark, follow
from polls.jobs.count_waiting import count_waiting
from polls.models import Poll
from polls.services import AnswerInput, create_site_poll, submit_answer
from sermo.members.viewer import Viewer
from tests.factories import client_for, make_case, make_viewer
from tests.factories_cases import post_comment, solve
from tests.factories_polls import case_of, make_opinion_poll, make_poll, option
from tests.quotas import forget_counters

DAY = "2026-03-04"
# The random tokens of forms.
TOKENS = re.compile(
    rb'(name="(?:csrfmiddlewaretoken|idempotency_key)" value=")[^"]*|nonce(?:="|-)[\w+/=-]*'
)
Answers = dict[tuple[str, str], bytes]


def at(time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{DAY}T{time}Z")


@dataclass
class World:
    """A quiet community. The reader has answered every poll, follows, and was helpful."""

    author: Viewer
    colleague: Viewer
    reader: Viewer
    browser: Client
    # Diagnosis polls, answered by the colleague too: of a named, an anonymous and an urgent case.
    poll: Poll
    hidden: Poll
    soon: Poll
    # Opinion polls: of a named case, and of the community.
    opinion: Poll
    community: Poll
    # A solved case, which the reader has not answered.
    solved: Case
    anonymous: Case
    urgent: Case
    addresses: list[str]

    @property
    def case(self) -> Case:
        return case_of(self.poll)

    @property
    def polls(self) -> list[Poll]:
        return [self.poll, self.hidden, self.soon, self.opinion, self.community]

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
            "status=study", "status=solved", "image=1", "mine=1", "saved=1",
        ):  # fmt: skip
            yield f"/cases/?{query}"
        yield from self._new_cases()
        yield from ("/search/?q=rash", "/search/?q=rash&sort=newest", "/search/?q=synthetic")
        yield from ("/inbox/", "/inbox/bell/", "/polls/", "/numbers/", "/polls/library/")
        yield from ("/polls/record/", "/polls/quiz/", "/me/", "/log/", "/cases/new/")
        yield from (f"/polls/concepts/?q={typed}" for typed in ("zebrosis", "zoonotic", "li"))
        yield from self.polls_and_cases()

    def polls_and_cases(self) -> Iterator[str]:
        yield self.anonymous.get_absolute_url()
        for poll in self.polls:
            yield f"/polls/{poll.public_id}/answers.csv"
            yield f"/polls/{poll.public_id}/answers.json"
            if poll.case is None:
                yield f"/polls/{poll.public_id}/"
            else:
                yield poll.case.get_absolute_url()
                yield f"/polls/for-case/{poll.case.public_id}/"
        yield self.solved.get_absolute_url()
        yield f"/polls/quiz/{self.solved.public_id}/"
        yield f"/polls/feedback/{self.solved.public_id}/"
        yield f"/polls/library/{self.solved.outcome.concept_id}/"

    def _new_cases(self) -> Iterator[str]:
        """How many cases are newer than the first of each list."""
        for query in ("", "sort=hot", "specialty=cardiology", "urgency=urgent"):
            html = self.browser.get(f"/cases/?{query}").content.decode()
            found = re.search(r'hx-get="(/cases/new[^"]*since=[^"]*)"', html)
            assert found, query
            yield found[1].replace("&amp;", "&")


def make_world(settings: Any, time_machine: Any) -> World:
    """Everything in it was written before 01:30; from then on there are marks."""
    settings.ANONYMOUS_MARK_MINUTES = settings.ANONYMOUS_URGENT_MARK_MINUTES = 0
    time_machine.move_to(at("01:00:00"), tick=False)
    author, reader, colleague = (make_viewer(name) for name in ("osler", "reader", "colleague"))
    poll = make_poll(author, "Gout", "Lupus", title="A rash in synthetic words")
    hidden = make_poll(author, "Gout", "Lupus", anonymous=True, title="A veiled rash")
    soon = make_poll(author, "Gout", "Lupus", urgency="urgent", title="A fast rash")
    opinion = make_opinion_poll(author, "Wait", "Operate", title="An operation")
    community = create_site_poll(question="Which?", options=("A", "B"), is_multiple=False)
    solved = make_poll(author, "Gout", "Lupus", title="A known rash")
    anonymous = make_case(author, anonymous=True, title="Another rash", specialties=["cardiology"])
    urgent = make_case(author, urgency="urgent", title="An urgent rash")
    for case in (case_of(poll), anonymous, urgent):
        for n in range(3):
            post_comment(reader, case, f"Remark {n}")
    time_machine.move_to(at("01:30:00"), tick=False)
    for viewer in (reader, colleague):
        for one in (poll, hidden, soon, opinion, community):
            test = "A biopsy" if one.kind == "diagnosis" else ""
            first = AnswerInput([one.options.all()[0]], decisive_test=test)
            submit_answer(viewer=viewer, poll=one, answer=first)
    submit_answer(viewer=colleague, poll=solved, answer=AnswerInput([option(solved, "Gout")]))
    solve(author, case_of(solved))
    bookmark(viewer=reader, case=case_of(poll), on=True)
    follow(viewer=reader, case=case_of(poll), on=True)
    settings.ANONYMOUS_MARK_MINUTES, settings.ANONYMOUS_URGENT_MARK_MINUTES = 20, 5
    known = Case.objects.select_related("outcome").get(pk=case_of(solved).pk)
    world = World(
        author, colleague, reader, client_for(reader), poll, hidden, soon, opinion, community,
        known, anonymous, urgent, [],
    )  # fmt: skip
    world.addresses = list(dict.fromkeys(world.all_addresses()))
    return world


def poll_pages(
    world: World, minutes: list[str], time_machine: Any, write: Callable[[], None] | None = None
) -> Answers:
    """All answers by address and minute. The jobs run at second 20; the reader reads at 40."""
    answers: Answers = {}
    for n, minute in enumerate(minutes):
        forget_counters()  # a reader who polls for hours keeps to the quotas
        time_machine.move_to(at(f"{minute}:10"), tick=False)
        if n == 0 and write is not None:
            write()
        run_jobs(minute, time_machine)
        time_machine.move_to(at(f"{minute}:40"), tick=False)
        for address in world.addresses:
            response = world.browser.get(address)
            status = f"{response.status_code} {sorted(response.headers.items())}".encode()
            answers[minute, address] = TOKENS.sub(rb"\1", status + response.content)
    return answers


def run_jobs(minute: str, time_machine: Any) -> None:
    time_machine.move_to(at(f"{minute}:20"), tick=False)
    publish_delayed()
    count_waiting()
    flush_views()


def assert_same(quiet: Answers, busy: Answers) -> None:
    different = [where for where, body in busy.items() if quiet[where] != body]
    assert different == []


def changed_addresses(quiet: Answers, shown: Answers) -> set[str]:
    """Addresses that answer otherwise in the minutes of `shown`."""
    return {address for (at, address), body in shown.items() if body != quiet[at, address]}
