"""Who may say what, how often, and what of it counts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from cases.models import AnswerReveal, Case, CaseStats
from cases.selectors import sees_answers
from cases.services import reveal_answers
from cases.services.comments import add_update
from cases.services.outcomes import mark_solved
from polls.errors import (
    AlreadyRevised,
    NotAName,
    NotAnOption,
    NothingChosen,
    OnlyOneChoice,
    PollClosed,
    TooOften,
)
from polls.models import Ballot, Concept, Option, Poll, Rank, Round, Source
from polls.selectors import page_of
from polls.services import cast_vote, decline_guess, open_for_case, voting
from sermo.members.pseudonyms import answer_reveal_scope, poll_scope
from sermo.members.viewer import Viewer
from sermo.notifications.models import Event
from tests.factories import make_case, make_viewer
from tests.factories_polls import answer, case_of, make_concept, make_opinion, make_poll, option
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def _ranks(ballot: Ballot) -> list[str]:
    return [rank.option.label for rank in ballot.ranks.select_related("option").order_by("rank")]


def test_publishing_opens_the_poll_and_seals_the_authors_own_guess(osler: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Septic arthritis", guess=["Pseudogout", "Gout"])

    ballot = Ballot.objects.get(poll=poll)
    assert ballot.by_case_author
    assert _ranks(ballot) == ["Pseudogout", "Gout"]
    assert option(poll, "Pseudogout").is_sealed
    assert not option(poll, "Gout").is_sealed
    assert sees_answers(osler, case_of(poll))
    assert case_of(poll).hides_answers


def test_a_case_without_polls_opens_none(osler: Viewer) -> None:
    case = make_case(osler)

    open_for_case(case=case, viewer=osler, payload={})

    assert not Poll.objects.exists()
    assert not case.hides_answers


def test_options_of_one_diagnosis_are_one(osler: Viewer) -> None:
    make_concept("Myocardial infarction", "MI", "Heart attack")

    poll = make_poll(osler, "MI", "heart attack", "Pericarditis")

    assert [one.label for one in poll.options.all()] == ["Myocardial infarction", "Pericarditis"]


def test_the_same_answer_sent_twice_is_one_ballot(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")

    for _ in range(2):
        answer(blackwell, poll, "Gout", confidence=4)

    ballot = Ballot.objects.get()
    assert (ballot.round, ballot.confidence, _ranks(ballot)) == (Round.BLIND, 4, ["Gout"])
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 1
    assert Event.objects.filter(subject=case_of(poll).pk).count() == 1


def test_a_ballot_carries_a_tag_of_its_poll_and_nothing_else(
    osler: Viewer, blackwell: Viewer
) -> None:
    one, other = make_poll(osler, "Gout"), make_poll(osler, "Gout")
    for poll in (one, other):
        answer(blackwell, poll, "Gout")

    tags = {bytes(ballot.pseudonym) for ballot in Ballot.objects.all()}

    assert tags == {blackwell.pseudonym(poll_scope(poll.pk)) for poll in (one, other)}
    named = {field.name for field in Ballot._meta.get_fields() if field.is_relation}
    assert named == {"poll", "ranks", "mind_change"}
    dated = {field.name for field in Ballot._meta.get_fields() if "Date" in type(field).__name__}
    assert dated == set()


def test_a_poll_keeps_the_band_of_its_first_answer_and_no_ballot_its_hour(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")
    waits = []
    for viewer, hours in ((osler, 0.5), (blackwell, 2), (garrett, 30)):
        with time_machine.travel(poll.opened_at + dt.timedelta(hours=hours)):
            answer(viewer, poll, "Gout")
        poll.refresh_from_db()
        waits.append(poll.answered_within)

    # The author's own is no answer; the second one does not lengthen the wait.
    assert waits == [None, dt.timedelta(days=1), dt.timedelta(days=1)]


def test_that_somebody_answered_is_told_once_with_the_week(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")
    for viewer in (blackwell, garrett):
        answer(viewer, poll, "Gout")

    (event,) = Event.objects.filter(subject=case_of(poll).pk)
    # The number goes on, so that it is news again to who has read the first.
    assert (event.kind, event.number) == ("answer", 2)
    assert (event.happened_at.weekday(), event.happened_at.time()) == (0, dt.time())


def test_an_answer_after_the_reveal_is_kept_apart(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    answer(blackwell, poll, "Gout", "Lyme disease")

    answer(blackwell, poll, "Lyme disease", is_change=True)

    blind, later = Ballot.objects.order_by("round")
    assert _ranks(blind) == ["Gout", "Lyme disease"]
    assert _ranks(later) == ["Lyme disease"]
    results = page_of(viewer=blackwell, poll=poll).results
    assert results is not None
    assert (results.n, results.rows[0].name) == (1, "Gout")
    assert (results.kept, results.moved) == (0, [("Lyme disease", 1)])
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 1


def test_one_revision_after_the_reveal_and_one_after_each_update(
    osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "A", "B", "C")
    for label in ("A", "B", "B"):  # the third is the second, sent twice
        answer(blackwell, poll, label, is_change=True)
    with pytest.raises(AlreadyRevised):
        answer(blackwell, poll, "C", is_change=True)

    for label in ("C", "A"):
        add_update(viewer=osler, case=case_of(poll), text="News.", idempotency_key=uuid.uuid4())
        answer(blackwell, poll, label, is_change=True)
        with pytest.raises(AlreadyRevised):
            answer(blackwell, poll, "B", is_change=True)

    assert [_ranks(one) for one in Ballot.objects.order_by("round")] == [["A"], ["A"]]
    assert [one.after_updates for one in Ballot.objects.order_by("round")] == [0, 2]


def test_who_just_reads_gives_up_round_one(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout")
    reveal_answers(viewer=blackwell, case=case_of(poll), skipped_answer=True)

    answer(blackwell, poll, "Gout")

    assert Ballot.objects.get().round == Round.OPEN
    results = page_of(viewer=blackwell, poll=poll).results
    assert results is not None
    assert (results.n, results.n_late, results.rows) == (0, 1, [])
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 0
    assert AnswerReveal.objects.get(
        pseudonym=blackwell.pseudonym(answer_reveal_scope(case_of(poll).pk))
    ).skipped_answer


def test_the_count_of_answers_can_be_recounted(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"])
    for number in range(3):
        answer(make_viewer(f"colleague-{number}"), poll, "Gout")
    answer(blackwell, poll, "Gout")
    answer(blackwell, poll, "Lyme disease", is_change=True)

    blind = Ballot.objects.filter(poll=poll, round=Round.BLIND, by_case_author=False)
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == blind.count() == 4


def test_a_diagnosis_of_ones_own_stands_where_it_was_put(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")

    answer(blackwell, poll, "Gout", "Lyme disease", added="Pseudogout", added_at=1)

    assert _ranks(Ballot.objects.get()) == ["Gout", "Pseudogout", "Lyme disease"]
    assert option(poll, "Pseudogout").is_sealed


def test_spellings_of_one_diagnosis_are_one_option(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")

    answer(blackwell, poll, added="Löffler syndrome")
    answer(garrett, poll, added="loffler  SYNDROME")

    assert Option.objects.filter(poll=poll).count() == 2
    assert Concept.objects.get(name="Löffler syndrome").source == Source.FREE


def test_a_diagnosis_in_another_script_is_a_name_and_marks_are_not(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Gout")

    answer(blackwell, poll, added="心筋梗塞")
    answer(garrett, poll, added="Подагра")

    assert Option.objects.filter(poll=poll).count() == 3
    with pytest.raises(NotAName):
        answer(make_viewer("marks"), poll, added="???")


def test_an_abbreviation_of_several_diagnoses_stands_for_none(osler: Viewer) -> None:
    make_concept("Multiple sclerosis", "MS")
    make_concept("Mitral stenosis", "MS")

    poll = make_poll(osler, "MS", "multiple sclerosis")

    assert [one.label for one in poll.options.all()] == ["MS", "Multiple sclerosis"]


def test_what_does_not_fit_is_refused(osler: Viewer, blackwell: Viewer) -> None:
    poll, other = make_poll(osler, "Gout"), make_poll(osler, "Lyme disease")
    opinion = make_opinion(osler, "Wait", "Operate")

    with pytest.raises(NothingChosen):
        cast_vote(viewer=blackwell, poll=poll, ranked=[])
    with pytest.raises(NotAnOption):
        cast_vote(viewer=blackwell, poll=poll, ranked=[option(other, "Lyme disease")])
    with pytest.raises(NotAnOption):
        cast_vote(viewer=blackwell, poll=opinion, ranked=[], added="Something else")
    with pytest.raises(OnlyOneChoice):
        answer(blackwell, opinion, "Wait", "Operate")
    assert not Ballot.objects.exists()


@pytest.mark.parametrize("why", ["closed", "hidden", "solved"])
def test_a_closed_poll_takes_no_answer(why: str, osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, "Gout")
    if why == "closed":
        Poll.objects.update(closed_at=timezone.now())
    elif why == "hidden":
        Case.objects.update(hidden_at=timezone.now())
    else:
        mark_solved(
            viewer=osler,
            case=case_of(poll),
            diagnosis="Gout",
            certainty="certain",
            established_by="test",
        )
    poll = Poll.objects.select_related("case").get()

    with pytest.raises(PollClosed):
        answer(blackwell, poll, "Gout")


def test_more_than_five_ranks_are_cut(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_poll(osler, *"ABCDEFG")

    answer(blackwell, poll, *"ABCDEFG")

    assert _ranks(Ballot.objects.get()) == list("ABCDE")


def test_an_answer_changed_all_the_time_has_to_rest(
    osler: Viewer, blackwell: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voting, "ANSWERS_AN_HOUR", 2)
    poll = make_poll(osler, "A", "B")
    for label in "AB":
        answer(blackwell, poll, label, is_change=True)
    add_update(viewer=osler, case=case_of(poll), text="News.", idempotency_key=uuid.uuid4())

    with pytest.raises(TooOften):
        answer(blackwell, poll, "A", is_change=True)


def test_opinions_have_no_order_and_may_be_several(osler: Viewer, blackwell: Viewer) -> None:
    poll = make_opinion(osler, "Wait", "Operate", "Ask the patient", multiple=True)

    answer(blackwell, poll, "Wait", "Ask the patient")

    assert set(Rank.objects.values_list("rank", flat=True)) == {1}
    results = page_of(viewer=blackwell, poll=poll).results
    assert results is not None
    assert [(row.name, row.share, row.n) for row in results.rows] == [
        ("Wait", 100, 1),
        ("Ask the patient", 100, 1),
        ("Operate", 0, 0),
    ]
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 1


def test_an_opinion_opens_no_diagnoses(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    payload = {
        "diagnosis": {"options": ["Gout", "Lyme disease"]},
        "opinion": {"question": "What next?", "options": ["Wait", "Operate"]},
    }
    open_for_case(case=case, viewer=osler, payload=payload)
    opinion = Poll.objects.select_related("case").get(kind="opinion")

    answer(blackwell, opinion, "Wait")

    assert not sees_answers(blackwell, case)
    assert CaseStats.objects.get(case=case).n_answers == 0
    assert page_of(viewer=blackwell, poll=opinion).is_open


def test_an_author_who_declines_sees_and_can_no_longer_guess_blind(osler: Viewer) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease")
    assert not page_of(viewer=osler, poll=poll).is_open

    for _ in range(2):
        decline_guess(viewer=osler, case=case_of(poll))

    assert page_of(viewer=osler, poll=poll).is_open
    answer(osler, poll, "Gout")
    assert Ballot.objects.get().round == Round.OPEN


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_authors_guess_is_never_counted(
    anonymous: bool, osler: Viewer, blackwell: Viewer
) -> None:
    poll = make_poll(osler, "Gout", "Lyme disease", guess=["Gout"], anonymous=anonymous)
    answer(blackwell, poll, "Lyme disease")

    results = page_of(viewer=osler, poll=poll).results

    assert results is not None
    assert [(row.name, row.n) for row in results.rows] == [("Lyme disease", 1)]


def test_merged_diagnoses_count_as_one_and_come_apart_again(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    poll = make_poll(osler, "Podagra", "Lyme disease")
    answer(blackwell, poll, added="Big toe gout")
    answer(garrett, poll, "Podagra")
    typed = Concept.objects.get(name="Big toe gout")

    def rows() -> list[tuple[str, int]]:
        results = page_of(viewer=blackwell, poll=poll).results
        assert results is not None
        return [(row.name, row.n) for row in results.rows]

    typed.merged_into = Concept.objects.get(name="Podagra")
    typed.save()
    assert rows() == [("Podagra", 2)]

    typed.merged_into = None
    typed.save()
    assert sorted(rows()) == [("Big toe gout", 1), ("Podagra", 1)]


def _at_once(*works: Callable[[], None]) -> None:
    start = Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result(MAX_WAIT_SECONDS)


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_two_answers_at_once_are_one_ballot() -> None:
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    poll = make_poll(osler, "Gout", "Lyme disease")

    _at_once(*[lambda one=one: answer(blackwell, poll, one) for one in ("Gout", "Lyme disease")])

    assert Ballot.objects.count() == Rank.objects.count() == 1
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_one_new_diagnosis_typed_by_two_at_once_is_one() -> None:
    osler = make_viewer("osler")
    poll = make_poll(osler, "Gout")
    viewers = [make_viewer(f"colleague-{number}") for number in range(4)]

    _at_once(*[lambda who=who: answer(who, poll, added="Pseudogout") for who in viewers])

    assert Concept.objects.filter(name="Pseudogout").count() == 1
    assert Option.objects.filter(poll=poll, label="Pseudogout").count() == 1
    assert CaseStats.objects.get(case=case_of(poll)).n_answers == 4


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_two_changes_at_once_leave_one_of_them_whole() -> None:
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    poll = make_poll(osler, *"ABCD")
    answer(blackwell, poll, "A")

    _at_once(
        lambda: answer(blackwell, poll, "B", "C", is_change=True),
        lambda: answer(blackwell, poll, "D", "A", is_change=True),
    )

    later = Ballot.objects.get(round=Round.OPEN)
    assert _ranks(later) in (["B", "C"], ["D", "A"])
