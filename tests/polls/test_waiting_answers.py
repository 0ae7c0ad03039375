"""Answers wait for their mark as one row, and count together from then on."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from cases.jobs.publish_delayed import publish_delayed
from cases.models import AnswerReveal, Case, CaseStats, Outcome, WaitingOutcome
from cases.services.comments import add_update
from cases.services.outcomes import mark_solved
from cases.services.visibility import hide_case
from polls.errors import AnswerAlreadyChanged, InvalidDiagnosisName, PollClosed, UnknownOption
from polls.jobs.count_waiting import count_waiting
from polls.models import (
    Answer,
    AnswerOption,
    AnswerRound,
    Concept,
    DecisiveTest,
    Poll,
    RankedOption,
    WaitingAnswer,
)
from polls.selectors import export_answers, poll_page
from polls.services import counting, create_site_poll
from sermo.data_rights.services.export import PARTS
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.cases.test_outcome import OUTCOME
from tests.counting import statements
from tests.factories import client_for, make_case, make_viewer
from tests.factories_cases import solve
from tests.factories_polls import answer, case_of, make_concept, make_opinion_poll, make_poll
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def at(time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-03-04T{time}Z")


@pytest.fixture
def move(settings: Any, time_machine: Any) -> Any:
    """Set the time of day and run the job. The world is made before there are marks."""
    settings.ANONYMOUS_MARK_MINUTES, settings.ANONYMOUS_URGENT_MARK_MINUTES = 20, 5
    time_machine.move_to(at("03:07:00"), tick=False)

    def move_to(time: str) -> int:
        time_machine.move_to(at(time), tick=False)
        return count_waiting()

    return move_to


def _labels(viewer: Viewer, poll: Poll) -> list[str]:
    return [option.label for option in poll_page(viewer=viewer, poll=poll).own_ranked]


def _ranked(round_: AnswerRound) -> list[str]:
    rows = RankedOption.objects.filter(answer__round=round_).order_by("rank")
    return list(rows.values_list("option__label", flat=True))


def _n(viewer: Viewer, poll: Poll) -> int:
    results = poll_page(viewer=viewer, poll=poll).results
    assert results is not None
    return results.n


def test_until_the_mark_one_row_holds_all_of_it(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, move: Any
) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    stats = CaseStats.objects.values().get()
    answer(blackwell, poll, "Gout", added="Zebrosis", decisive_test="A biopsy", confidence=4)
    answer(garrett, poll, "Lupus")

    assert move("03:19:59") == 0
    assert CaseStats.objects.values().get() == stats
    for model in (Answer, RankedOption, DecisiveTest, Event):
        assert not model._default_manager.exists()
    assert not Concept.objects.filter(name="Zebrosis").exists()
    assert poll.options.count() == 2
    poll.refresh_from_db()
    assert poll.first_answer_within is None

    assert (move("03:20:05"), move("03:20:06")) == (2, 0)
    assert not WaitingAnswer.objects.exists()
    assert CaseStats.objects.get().n_answers == 2
    assert Event.objects.get().number == 1
    assert [test.text for test in DecisiveTest.objects.all()] == ["A biopsy"]
    assert poll.options.get(label="Zebrosis").hidden_until_answer
    poll.refresh_from_db()
    assert poll.first_answer_within == dt.timedelta(hours=1)


def test_the_member_sees_their_answer_and_when_it_counts(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, move: Any
) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    answer(garrett, poll, "Gout")
    move("03:20:05")
    answer(blackwell, poll, "Lupus", added="Zebrosis", added_at=1)
    address = case_of(poll).get_absolute_url()

    page = client_for(blackwell).get(address).content.decode()

    assert "Your answer counts at 03:40." in page
    assert "1 answer given blind" in page
    assert _labels(blackwell, poll) == ["Lupus", "Zebrosis"]
    assert AnswerReveal.objects.filter(case=poll.case_id, skipped_answer=False).count() == 2
    assert "counts at" not in client_for(garrett).get(address).content.decode()
    move("03:40:05")
    assert _labels(blackwell, poll) == ["Lupus", "Zebrosis"]
    assert "counts at" not in client_for(blackwell).get(address).content.decode()


def test_a_change_replaces_the_counted_answer_only_at_its_mark(
    osler: Viewer, blackwell: Viewer, move: Any
) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    answer(blackwell, poll, "Gout")
    move("03:20:05")
    answer(blackwell, poll, "Lupus", is_change=True)
    assert _ranked(AnswerRound.LATER) == []
    move("03:40:05")
    add_update(viewer=osler, case=case_of(poll), text="Day 2.", idempotency_key=uuid.uuid4())

    answer(blackwell, poll, "Gout", added="Zebrosis", is_change=True)

    assert _ranked(AnswerRound.LATER) == ["Lupus"]
    assert _labels(blackwell, poll) == ["Zebrosis", "Gout"]
    with pytest.raises(AnswerAlreadyChanged):
        answer(blackwell, poll, "Lupus", is_change=True)
    move("04:00:05")
    assert _ranked(AnswerRound.LATER) == ["Zebrosis", "Gout"]
    assert _ranked(AnswerRound.BLIND) == ["Gout"]
    assert CaseStats.objects.get().n_answers == 1


def test_both_rounds_may_wait_for_one_mark(osler: Viewer, blackwell: Viewer, move: Any) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    answer(blackwell, poll, "Gout")
    answer(blackwell, poll, "Lupus", is_change=True)

    assert move("03:20:05") == 2
    assert (_ranked(AnswerRound.BLIND), _ranked(AnswerRound.LATER)) == (["Gout"], ["Lupus"])
    assert (CaseStats.objects.get().n_answers, Event.objects.get().number) == (1, 1)


def test_a_change_of_a_waiting_later_answer_keeps_its_mark(
    osler: Viewer, blackwell: Viewer, move: Any
) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    answer(blackwell, poll, "Gout")
    move("03:20:05")
    answer(blackwell, poll, "Lupus", is_change=True)
    add_update(viewer=osler, case=case_of(poll), text="Day 2.", idempotency_key=uuid.uuid4())
    move("03:39:30")
    answer(blackwell, poll, "Gout", added="Zebrosis", is_change=True)

    assert WaitingAnswer.objects.get().appears_at == at("03:40:00")
    move("03:40:05")
    assert _ranked(AnswerRound.LATER) == ["Zebrosis", "Gout"]


def test_answers_of_the_last_minute_wait_for_the_mark_after_the_next(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, move: Any
) -> None:
    poll, urgent = make_poll(osler, "Gout"), make_poll(osler, "Gout", urgency="urgent")
    move("03:19:10")
    answer(blackwell, poll, "Gout")
    answer(garrett, urgent, "Gout")

    marks = dict(WaitingAnswer.objects.values_list("poll_id", "appears_at"))
    assert marks == {poll.pk: at("03:40:00"), urgent.pk: at("03:25:00")}


def test_what_closes_the_case_or_hides_it_loses_no_answer(
    osler: Viewer, blackwell: Viewer, move: Any
) -> None:
    """Closing never counts at once: an author who closes could see who has just answered."""
    solved, hidden, closed = (make_poll(osler, "Gout", "Lupus") for _ in range(3))
    for poll in (solved, hidden, closed):
        answer(blackwell, poll, "Lupus")
    solve(osler, case_of(solved))
    hide_case(case=case_of(hidden))
    Poll.objects.filter(pk=closed.pk).update(closed_at=timezone.now())

    assert not Answer.objects.exists()
    with pytest.raises(PollClosed):
        answer(make_viewer("late"), solved, "Gout")
    assert move("03:20:05") == 3
    assert set(CaseStats.objects.values_list("n_answers", flat=True)) == {1}
    assert not Event.objects.filter(subject=case_of(hidden).pk).exists()


def test_a_community_poll_counts_at_marks_too(
    blackwell: Viewer, garrett: Viewer, move: Any
) -> None:
    poll = create_site_poll(question="Which?", options=("A", "B"), is_multiple=False)
    answer(garrett, poll, "A")
    move("03:20:05")
    answer(blackwell, poll, "B")

    client = client_for(blackwell)
    assert _n(garrett, poll) == _n(blackwell, poll) == 1
    assert (
        "Your answer counts at 03:40." in client.get(f"/polls/{poll.public_id}/").content.decode()
    )
    with statements() as sql:
        client.get("/polls/")
    assert sum("polls_waitinganswer" in query for query in sql) == 1
    move("03:40:05")
    assert _n(garrett, poll) == 2


def test_a_row_that_cannot_be_counted_is_left_and_logged_without_content(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, move: Any, caplog: Any
) -> None:
    poll, other = make_poll(osler, "Gout", "Lupus"), make_poll(osler, "Gout")
    answer(blackwell, poll, "Gout", added="Zebrosis")
    answer(garrett, poll, "Lupus")
    answer(garrett, other, "Gout")
    bad = WaitingAnswer.objects.get(added="Zebrosis")
    WaitingAnswer.objects.filter(pk=bad.pk).update(ranked=[uuid.uuid4()])

    with caplog.at_level(logging.ERROR):
        assert move("03:20:05") == 2

    assert WaitingAnswer.objects.get().pk == bad.pk
    assert not AnswerOption.objects.filter(label="Zebrosis").exists()
    assert Answer.objects.count() == 2
    assert "NoOptionChosen" in caplog.text
    assert "Zebrosis" not in caplog.text
    assert str(bad.pk) not in caplog.text


def test_a_worker_that_dies_counts_nothing_and_the_next_counts_all(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, move: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    answer(blackwell, poll, "Gout")
    answer(garrett, poll, "Lupus")

    def die(**_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(counting, "count_answers", die)
        assert move("03:20:05") == 0
    assert not Answer.objects.exists()
    assert WaitingAnswer.objects.count() == 2
    assert move("03:21:05") == 2
    assert CaseStats.objects.get().n_answers == 2


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_two_workers_count_each_answer_once(osler: Viewer, move: Any) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    for n in range(6):
        answer(make_viewer(f"person-{n}"), poll, "Gout" if n % 2 else "Lupus")
    now = at("03:20:05")

    def count() -> int:
        try:
            return counting.count_due_answers(polls=[poll.pk], now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(count) for _ in range(3)]
        counted = [one.result(timeout=MAX_WAIT_SECONDS) for one in done]

    assert sorted(counted) == [0, 0, 6]
    assert CaseStats.objects.get().n_answers == Answer.objects.count() == 6


def test_no_key_and_no_place_tells_which_answer_came_first(osler: Viewer, move: Any) -> None:
    poll = make_poll(osler, "Gout", "Lupus")
    people = [make_viewer(f"person-{n}") for n in range(7)]
    for viewer in people:
        answer(viewer, poll, "Gout")
    waited = [row.pk for row in WaitingAnswer.objects.order_by("pk")]
    given = [viewer.pseudonym(poll_scope(poll.pk)) for viewer in people]
    move("03:20:05")

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, pseudonym FROM polls_answer ORDER BY ctid")
        stored = [(key, bytes(pseudonym)) for key, pseudonym in cursor.fetchall()]
    assert {key for key, _ in stored}.isdisjoint(waited)
    assert {pseudonym for _, pseudonym in stored} == set(given)
    assert [pseudonym for _, pseudonym in stored] != given


def test_without_marks_an_answer_counts_at_once(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_opinion_poll(osler, "Wait", "Operate")

    answer(blackwell, poll, "Wait")

    assert not WaitingAnswer.objects.exists()
    assert CaseStats.objects.get().n_answers == 1
    assert poll_page(viewer=blackwell, poll=poll).counts_from is None


def test_what_cannot_be_counted_is_refused_when_it_is_sent(
    osler: Viewer, blackwell: Viewer, move: Any
) -> None:
    poll, other = make_poll(osler, "Gout"), make_poll(osler, "Lupus")

    with pytest.raises(InvalidDiagnosisName):
        answer(blackwell, poll, added="?!")
    with pytest.raises(UnknownOption):
        answer(blackwell, poll, "Gout", changes_to=other.options.get())
    assert not WaitingAnswer.objects.exists()


def test_an_added_diagnosis_that_is_an_option_is_that_option(
    osler: Viewer, blackwell: Viewer, move: Any
) -> None:
    make_concept("Myocardial infarction", "Heart attack")
    poll = make_poll(osler, "Heart attack", "Pericarditis")

    answer(blackwell, poll, "Pericarditis", added="heart attack")

    assert WaitingAnswer.objects.get().added == ""
    assert _labels(blackwell, poll) == ["Myocardial infarction", "Pericarditis"]


def test_exports_show_others_what_counts_and_the_member_what_waits(
    osler: Viewer, blackwell: Viewer, move: Any
) -> None:
    poll = make_poll(osler, "Gout")
    answer(blackwell, poll, "Gout", added="Zebrosis")

    assert export_answers(poll) == []
    (own,) = dict(PARTS)["ballots that wait"](blackwell)
    assert (own["choices"], own["added"], own["counts from"]) == (
        ["Gout"], "Zebrosis", "2026-03-04 03:20",
    )  # fmt: skip


def test_the_outcome_of_an_anonymous_author_waits_and_counts_once(
    osler: Viewer, blackwell: Viewer, move: Any, time_machine: Any
) -> None:
    case = make_case(osler, anonymous=True)
    assert mark_solved(viewer=osler, case=case, outcome=OUTCOME) is None
    mark_solved(viewer=osler, case=case, outcome=OUTCOME)
    address = case.get_absolute_url()
    own = client_for(osler).get(address).content.decode()
    assert "Others see your outcome from 03:20." in own
    assert "solve/" not in own
    assert "Synthetic fever" not in client_for(blackwell).get(address).content.decode()
    assert client_for(osler).get(f"{address}solve/").status_code == 302
    hide_case(case=case)

    time_machine.move_to(at("03:20:05"), tick=False)
    assert (publish_delayed(), publish_delayed()) == (1, 0)

    assert Outcome.objects.get().recorded_at == at("03:20:00")
    assert Case.objects.get(pk=case.pk).status == "solved"
    assert not WaitingOutcome.objects.exists()
    assert not Event.objects.filter(kind="outcome").exists()


def test_a_vote_and_its_page_need_no_more_statements_where_much_waits(
    osler: Viewer, move: Any
) -> None:
    few, many = make_poll(osler, "Gout", "Lupus"), make_poll(osler, "Gout", "Lupus")
    for n in range(8):
        answer(make_viewer(f"person-{n}"), many, "Gout", added=f"Zebrosis {n}")
    counts = []
    for poll, name in ((few, "first"), (many, "second")):
        client = client_for(make_viewer(name))
        client.get("/cases/")
        form = {"choice": str(poll.options.all()[0].pk), "idempotency_key": str(uuid.uuid4())}
        with statements() as vote:
            client.post(f"/polls/{poll.public_id}/vote/", form)
        with statements() as page:
            client.get(case_of(poll).get_absolute_url())
        counts.append((len(vote), len(page)))

    assert counts[0] == counts[1]
    assert counts[0][0] <= 16
