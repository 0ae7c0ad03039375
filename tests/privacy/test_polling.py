"""A member who fetches pages every minute learns nothing of what waits for its mark.

Everything the reader can fetch is fetched each minute of one afternoon in which nobody writes.
The same afternoon is then played with anonymous posts in it. Up to the mark each answer must have
the same bytes, apart from the random tokens of forms.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction

from cases.drafts.content import OpinionPollContent, OutcomeContent
from cases.models import Case, CasePurpose, CommentKind
from cases.services.comments import add_update
from cases.services.publish import publish_case
from polls.services import flag_risk
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.factories import make_viewer
from tests.factories_cases import make_case as publish
from tests.factories_cases import make_draft, make_ready_image, post_comment
from tests.privacy.polling import World, assert_same, changed_addresses, make_world, poll_pages

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ANONYMOUS = ShownAs.ANONYMOUS


@pytest.fixture
def world(settings: Any, time_machine: Any) -> World:
    return make_world(settings, time_machine)


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
    changed = changed_addresses(quiet, shown)
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
    changed = changed_addresses(quiet, shown)
    assert {world.urgent.get_absolute_url(), "/cases/?", "/cases/?urgency=urgent"} <= changed
    assert world.case.get_absolute_url() not in changed
    assert_no_gaps()
