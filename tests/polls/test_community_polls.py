"""Community polls: asking, the question of the week, results, closing and hiding."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from polls.models import Answer, Poll
from sermo.core.coarse import to_day
from sermo.members.models import Member
from sermo.members.viewer import Viewer
from tests.factories import make_viewer
from tests.factories_polls import answer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ClientFor = Callable[[Viewer | None], Client]
SENT = {"question": "Do you round alone?", "options": "Yes\nNo\n\nno", "days": "7"}


def ask(client: Client, **changes: str) -> Poll:
    sent = {**SENT, "idempotency_key": str(uuid.uuid4()), **changes}
    assert client.post(reverse("polls:new"), sent).status_code == 302
    return Poll.objects.get(question=sent["question"])


@pytest.fixture
def moderator() -> Viewer:
    viewer = make_viewer("moderator")
    Member.objects.filter(pk=viewer.member.pk).update(role="moderator")
    viewer.member.refresh_from_db()
    return viewer


def test_a_member_asks_under_the_handle_and_the_form_sent_twice_gives_one_poll(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    client = client_for(osler)
    sent = {**SENT, "idempotency_key": str(uuid.uuid4())}

    first, again = (client.post(reverse("polls:new"), sent) for _ in range(2))

    poll = Poll.objects.get()
    assert first["Location"] == again["Location"] == reverse("polls:detail", args=[poll.public_id])
    assert [option.label for option in poll.options.all()] == ["Yes", "No", "no"]
    assert poll.asked_by == osler.member
    page = client_for(blackwell).get(first["Location"]).content.decode()
    assert f"Asked by {osler.member.handle}" in page
    assert "sealed until you give yours" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": ""}, "Write the question."),
        ({"options": "Only one"}, "two to eight"),
        ({"options": "\n".join("abcdefghi")}, "two to eight"),
        ({"options": "Yes\n" + "x" * 201}, "longer than 200"),
        ({"question": "Who saw Mr. Placeholder on 3 March 2024?"}, "may tell who a patient is"),
    ],
)
def test_invalid_polls_are_refused_and_shown_again(
    change: dict[str, str], words: str, osler: Viewer, client_for: ClientFor
) -> None:
    refused = client_for(osler).post(reverse("polls:new"), {**SENT, **change})

    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert not Poll.objects.exists()


def test_words_without_patient_details_can_be_confirmed(
    osler: Viewer, client_for: ClientFor
) -> None:
    client = client_for(osler)
    question = "Were you on call on 3 March 2024?"
    refused = client.post(reverse("polls:new"), {**SENT, "question": question})
    assert 'type="checkbox" name="no_patient_details"' in refused.content.decode()

    poll = ask(client, question=question, no_patient_details="on")

    assert poll.question == question


def test_a_member_can_ask_three_polls_a_day(osler: Viewer, client_for: ClientFor) -> None:
    """And the same form sent again leads to its poll, also when the day is used up."""
    client = client_for(osler)
    midnight = to_day(timezone.now() + dt.timedelta(days=1))
    keys = [str(uuid.uuid4()) for _ in range(6)]

    def send(key: str, hours: int) -> int:
        with time_machine.travel(midnight + dt.timedelta(hours=hours)):
            return client.post(reverse("polls:new"), {**SENT, "idempotency_key": key}).status_code

    assert [send(key, 1) for key in keys[:4]] == [302, 302, 302, 429]
    assert [send(key, 23) for key in keys[2:5]] == [302, 429, 429]
    assert send(keys[5], 25) == 302
    assert Poll.objects.count() == 4


def test_a_poll_closes_by_itself_and_then_shows_its_results_to_all(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = ask(client_for(osler))
    answer(osler, poll, "Yes")
    address = reverse("polls:detail", args=[poll.public_id])
    assert "100 %" not in client_for(blackwell).get(address).content.decode()

    with time_machine.travel(timezone.now() + dt.timedelta(days=9)):
        client = client_for(blackwell)
        page = client.get(address).content.decode()
        late = client.post(
            reverse("polls:answer", args=[poll.public_id]),
            {"choice": str(poll.options.all()[0].pk)},
        )

    assert "100 %" in page
    assert late.status_code == 422
    assert Answer.objects.count() == 1


def test_results_by_specialty_leave_out_small_groups(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    poll = ask(client_for(osler))
    for number in range(3):
        answer(make_viewer(f"heart-{number}", specialty="cardiology"), poll, "Yes")
    answer(make_viewer("alone", specialty="urology"), poll, "No")
    answer(blackwell, poll, "No")

    page = client_for(blackwell).get(reverse("polls:detail", args=[poll.public_id]))

    assert "Cardiology" in page.content.decode()
    assert "Urology" not in page.content.decode()


def test_moderators_set_the_question_of_the_week_without_a_handle(
    osler: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    monday = timezone.now().date() - dt.timedelta(days=timezone.now().weekday())
    later = monday + dt.timedelta(weeks=1)
    client = client_for(moderator)
    this_week = ask(client, week=monday.isoformat(), question="This week?")
    next_week = ask(client, week=later.isoformat(), question="Next week?")
    taken = client.post(
        reverse("polls:new"),
        {**SENT, "week": monday.isoformat(), "idempotency_key": str(uuid.uuid4())},
    )
    mine = ask(client_for(osler), week=monday.isoformat(), question="Mine?")

    assert taken.status_code == 422
    assert (this_week.asked_by, this_week.week, next_week.week) == (None, monday, later)
    assert (mine.asked_by, mine.week) == (osler.member, None)
    page = client_for(osler).get(reverse("polls:list")).content.decode()
    assert "Question of the week" in page
    assert page.index("This week?") < page.index("Mine?")
    assert "Next week?" not in page


def test_a_poll_that_a_moderator_hid_is_on_no_page(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, client_for: ClientFor
) -> None:
    poll = ask(client_for(osler))

    hide = reverse("moderation:hide", args=["poll", poll.public_id])
    assert client_for(moderator).post(hide, {"reason": "other"}).status_code == 302

    detail = reverse("polls:detail", args=[poll.public_id])
    assert client_for(blackwell).get(detail).status_code == 404
    assert poll.question not in client_for(osler).get(reverse("polls:list")).content.decode()


def test_the_list_marks_answered_polls_and_needs_the_same_queries_for_many(
    osler: Viewer, blackwell: Viewer, client_for: ClientFor
) -> None:
    client = client_for(blackwell)
    poll = ask(client_for(osler))
    answer(blackwell, poll, "Yes")
    counts = []
    for n in (0, 8):
        for number in range(n):
            ask(client_for(make_viewer(f"asker-{number}")), question=f"Question {number}?")
        with CaptureQueriesContext(connection) as caught:
            page = client.get(reverse("polls:list")).content.decode()
        counts.append(len(caught))

    assert page.count(">Answered<") == 1
    assert counts[0] == counts[1]
    assert "Answered" not in client_for(osler).get(reverse("polls:list")).content.decode()
